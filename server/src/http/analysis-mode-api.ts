/** What is measured of a patient: changed by clinicians of the room. Administrators change it with the patient. */
import { analysisModeChangeSchema, type AnalysisModeAnswer } from '@haven/protocol';
import type { Request, Router } from 'express';
import type { Records } from '../records/records.ts';
import { parse, type Gate } from './gate.ts';

type Dependencies = { gate: Gate; records: Pick<Records, 'patient' | 'setAnalysisMode'> };

export function addAnalysisModeRoutes(api: Router, { gate, records }: Dependencies): void {
  api.put('/patients/:id/analysis-mode', async (request: Request<{ id: string }>, response) => {
    const { id: patientId } = request.params;
    const subject = `patient:${patientId}`;
    const user = await gate.allow(request, 'analysis:change', subject);
    const { roomId } = await records.patient(patientId);
    await gate.permit(request, user, 'analysis:change', subject, roomId);
    const { mode, reason } = parse(analysisModeChangeSchema, request.body);
    await records.setAnalysisMode(patientId, mode);
    await gate.done(request, user, `analysis:change:${mode}`, subject, reason);
    const answer: AnalysisModeAnswer = { patientId, mode };
    response.json(answer);
  });
}
