import { readWelltory } from '../readers/welltory.ts';
import { addScore, emptyReport, type SourceReport } from '../report.ts';
import { runTrace } from '../trace-run.ts';
import { pulseScore } from './rates.ts';

/** Pulse and variability of fingertips on a phone's camera against a chest strap. */
export async function evaluateWelltory(folder: string): Promise<SourceReport> {
  const pulses = pulseScore('welltory', 'fingertip');
  const report = emptyReport();
  for await (const { subject, trace, beats } of readWelltory(folder)) {
    for (const { atMs, pulse } of runTrace(trace, 'contact')) {
      pulses.add(subject, atMs, trace.timesMs[0], pulse, beats);
    }
  }
  addScore(report, 'welltory', 'pulse', pulses);
  return report;
}
