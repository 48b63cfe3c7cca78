import { readBidmc } from '../readers/bidmc.ts';
import { AnnotatorsReference } from '../reference.ts';
import { addScore, emptyReport, type SourceReport } from '../report.ts';
import { runTrace } from '../trace-run.ts';
import { BREATHING_TOLERANCE, BREATHING_WINDOW_MS, breathingScore, pulseScore } from './rates.ts';

/** Pulse and breathing of intensive-care patients from the oximeter's signal alone. */
export async function evaluateBidmc(folder: string): Promise<SourceReport> {
  const pulses = pulseScore('bidmc', 'PLETH at 30 Hz');
  const breaths = breathingScore('bidmc', 'PLETH at 30 Hz');
  const without: string[] = [];
  let excluded = 0;
  for await (const { subject, trace, heartRate, annotators } of readBidmc(folder)) {
    if (trace === null) {
      without.push(subject);
      continue;
    }
    const startMs = trace.timesMs[0];
    const breathing = new AnnotatorsReference(annotators, BREATHING_TOLERANCE);
    for (const { atMs, vitals } of runTrace(trace, 'contact')) {
      pulses.add(subject, atMs, startMs, vitals.pulse, heartRate);
      breaths.add(subject, atMs, startMs, vitals.breathing, breathing);
      if (breathing.disagrees(atMs - BREATHING_WINDOW_MS, atMs)) excluded++;
    }
  }
  const report = emptyReport();
  addScore(report, 'bidmc', 'pulse', pulses);
  addScore(report, 'bidmc', 'breathing', breaths);
  if (without.length > 0) report.notes.push(`bidmc: ${without.join(', ')} have no PLETH and are left out.`);
  report.notes.push(
    `bidmc: ${String(excluded)} windows of breathing are left out: their annotators differ by more than ` +
      `${String(BREATHING_TOLERANCE)} a minute.`,
  );
  return report;
}
