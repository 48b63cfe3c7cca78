import { patientIdSchema } from '@haven/protocol';
import { useLocation, useNavigate } from 'react-router';
import { z } from 'zod';

const stateSchema = z.object({ patientId: patientIdSchema });

/**
 * The patient whose panel is open, kept in the browser's history: going back closes it, reloading keeps it, and no
 * address names a patient.
 */
export function useOpenPatient(): [patientId: string | null, open: (patientId: string | null) => void] {
  const location = useLocation();
  const navigate = useNavigate();
  const kept = stateSchema.safeParse(location.state);
  const open = (patientId: string | null) => {
    void navigate(
      location.pathname,
      patientId === null ? { replace: true, state: null } : { state: { patientId } },
    );
  };
  return [kept.success ? kept.data.patientId : null, open];
}
