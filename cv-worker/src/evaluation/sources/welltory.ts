import { readWelltory } from '../readers/welltory.ts';
import { addScore, emptyReport, type SourceReport } from '../report.ts';
import { runTrace } from '../trace-run.ts';
import { pulseScore } from './rates.ts';
import { LastVariability, variabilityFigures } from './variability.ts';

const SOURCE = 'welltory';

/** Pulse and variability of fingertips on a phone's camera against a chest strap. */
export async function evaluateWelltory(folder: string): Promise<SourceReport> {
  const pulses = pulseScore(SOURCE, 'fingertip');
  const report = emptyReport();
  for await (const { subject, trace, beats } of readWelltory(folder)) {
    const variability = new LastVariability(subject);
    for (const { atMs, vitals } of runTrace(trace, 'contact')) {
      pulses.add(subject, atMs, trace.timesMs[0], vitals.pulse, beats);
      variability.add(vitals);
    }
    report.variability.push(variability.against(beats));
  }
  addScore(report, SOURCE, 'pulse', pulses);
  Object.assign(report.figures, variabilityFigures(SOURCE, report.variability));
  return report;
}
