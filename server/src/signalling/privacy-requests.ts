import { HavenError, type DeviceRequests, type MonitorRequests, type Privacy } from '@haven/protocol';
import type { Access, UserPrincipal } from '../access/access.ts';
import type { AlertService } from '../alerts/alert-service.ts';
import type { Actor } from '../audit/actor.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { ClinicianPauses } from '../privacy/clinician-pauses.ts';
import type { Privacies } from '../privacy/privacies.ts';
import type { Records } from '../records/records.ts';
import type { Sfu } from '../sfu/sfu.ts';
import type { Stream } from '../sfu/stream.ts';
import type { Handlers } from './endpoints.ts';

export type PrivacyParts = {
  access: Access;
  alerts: Pick<AlertService, 'active'>;
  audit: AuditTrail;
  pauses: ClinicianPauses;
  records: Pick<Records, 'patient'>;
  sfu: Pick<Sfu, 'ofPatient'>;
};

type Clinician = { actor: Actor; principal: () => UserPrincipal };

/**
 * What clinicians do about a patient's privacy. What may harm if it happens by mistake has to be confirmed: a pause of
 * somebody with a high alert, and ending one that the bedside asked for.
 */
export function privacyHandlers(
  { access, alerts, audit, pauses, records, sfu }: PrivacyParts,
  { actor, principal }: Clinician,
): Pick<Handlers<MonitorRequests>, 'privacy:pause' | 'privacy:resume'> {
  const authorize = async (patientId: string): Promise<string> => {
    const { roomId } = await records.patient(patientId);
    access.authorize(principal(), 'privacy:change', roomId);
    return roomId;
  };
  return {
    'privacy:pause': async ({ patientId, reason, minutes, confirmed = false }) => {
      const roomId = await authorize(patientId);
      if (sfu.ofPatient(patientId)?.live !== true) throw new HavenError('STREAM_UNKNOWN');
      const alarming = alerts
        .active(roomId)
        .some((alert) => alert.patientId === patientId && alert.priority === 'high');
      if (alarming && !confirmed) {
        throw new HavenError('CONFIRMATION_REQUIRED', 'This patient has a high alert. Confirm the pause.');
      }
      const { privacy, before } = await pauses.pause({ patientId, reason, minutes, confirmed });
      audit.done(actor, 'privacy:pause', `patient:${patientId}`, auditWords(privacy, before));
      return privacy;
    },
    'privacy:resume': async ({ patientId, confirmed = false }) => {
      await authorize(patientId);
      const { ended, before } = await pauses.resume({ patientId, confirmed });
      if (ended) {
        const reason =
          before?.by === 'bedside' ? 'asked for at the bedside, ended by a clinician' : undefined;
        audit.done(actor, 'privacy:resume', `patient:${patientId}`, reason);
      }
      return {};
    },
  };
}

/** What the bedside does about the privacy of its own patient: nothing has to be confirmed. */
export function bedsidePrivacyHandlers(
  { audit, privacies }: Pick<PrivacyParts, 'audit'> & { privacies: Privacies },
  { actor, own }: { actor: Actor; own: (streamId: string) => Stream },
): Pick<Handlers<DeviceRequests>, 'publish:privacy'> {
  return {
    'publish:privacy': ({ streamId, pause }) => {
      const { patientId } = own(streamId).identity;
      const subject = `patient:${patientId}`;
      if (pause === null) {
        if (privacies.resume(patientId)) audit.done(actor, 'privacy:resume', subject);
        return { privacy: null };
      }
      const before = privacies.of(patientId);
      const privacy = privacies.pause(patientId, 'bedside', pause.reason, pause.minutes);
      audit.done(actor, 'privacy:pause', subject, auditWords(privacy, before));
      return { privacy };
    },
  };
}

/** `personal-care, 15 min`, and whether it replaced another. */
function auditWords({ reason, since, until }: Privacy, before: Privacy | null): string {
  const minutes = Math.round((until - since) / 60_000);
  return `${reason}, ${minutes} min${before === null ? '' : ', instead of the pause before'}`;
}
