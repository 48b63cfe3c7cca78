import '../testing/dialog-element.ts';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { anAlert, aPatient, aPulse, aStream, someVitals, T0, uuid } from '../testing/fixtures.ts';
import { PatientServer } from '../testing/patient-server.ts';
import { testIds } from '../test-ids.ts';
import { PatientPanel, type PatientPanelProps } from './patient-panel.tsx';

let server: PatientServer;
const onClose = jest.fn();

beforeEach(() => {
  server = new PatientServer();
  onClose.mockClear();
});
afterEach(cleanup);

async function openPanel(change: Partial<PatientPanelProps> = {}) {
  const vitals = someVitals([
    aPulse({ value: 135 }),
    aPulse({ name: 'breathing', value: 22, method: 'flow' }),
  ]);
  render(
    <PatientPanel
      request={server.request}
      state={{ patient: aPatient(), stream: aStream(), streamSince: T0, vitals, vitalsAt: T0, reached: true }}
      alerts={[]}
      moment={{ now: T0, serverNow: T0 }}
      connected
      mayChangeLimits
      mayChangeAnalysis
      bedside={null}
      talk={null}
      talker={null}
      onClose={onClose}
      {...change}
    />,
  );
  await screen.findByTestId(testIds.limitsOrigin);
}
const rows = () => screen.queryAllByTestId(testIds.historyRow);

describe("a patient's panel", () => {
  test('takes the focus, closes by Escape and gives the focus back', async () => {
    const before = document.body.appendChild(document.createElement('button'));
    before.focus();
    await openPanel();
    expect(document.activeElement?.textContent).toContain('Bed 1, Anna Berg');
    await userEvent.keyboard('{Escape}');
    expect(onClose).toHaveBeenCalledTimes(1);
    cleanup();
    expect(document.activeElement).toBe(before);
    before.remove();
  });

  test('shows the score with its parts and its band, as partial', async () => {
    await openPanel();
    const score = screen.getByTestId(testIds.scoreSection).textContent;
    expect(score).toContain('Partial score (pulse and breathing only)');
    expect(score).toContain('Pulse 135/min: 3, breathing 22/min: 2');
    expect(score).toContain('NEWS2 band: medium (5–6)');
  });

  test('shows what is measured now, how far it may be off, and by what', async () => {
    const vitals = someVitals([
      aPulse({ interval: { low: 69, high: 76 } }),
      aPulse({ name: 'breathing', state: 'withheld', value: null, reason: 'moving' }),
      aPulse({ name: 'presence', unit: '1', value: 1, method: 'face' }),
      aPulse({ name: 'sdnn', unit: 'ms', value: 41.6, windowMs: 60_000 }),
    ]);
    await openPanel({
      state: { patient: aPatient(), stream: aStream(), streamSince: T0, vitals, vitalsAt: T0, reached: true },
    });
    const now = screen.getByTestId(testIds.now).textContent;
    expect(now).toContain('Pulse (camera)72 ± 4 /min quality good, by POS+CHROM, over 10 s');
    expect(now).toContain('Breathing (camera)– – Patient is moving');
    expect(now).toContain('Somebody is there');
    expect(now).toContain('SDNN (experimental)42 ms quality good, by POS+CHROM, over 60 s');
    expect(now).toContain('not for decisions about a patient');
    expect(now).not.toContain('%');
  });

  test('says when fewer pictures are analysed than usual', async () => {
    const vitals = someVitals([aPulse()], { reducedFrameRate: 7.5 });
    await openPanel({
      state: { patient: aPatient(), stream: aStream(), streamSince: T0, vitals, vitalsAt: T0, reached: true },
    });
    expect(screen.getByTestId(testIds.now).textContent).toContain('Analysis: 7.5 pictures a second');
  });

  test('changes what is measured, for a reason, by the keyboard', async () => {
    await openPanel();
    const section = within(screen.getByTestId(testIds.analysis));
    expect(section.getByRole('heading').textContent).toBe('Analysis: Vitals and presence');
    section.getByTestId(testIds.analysisChange).focus();
    await userEvent.keyboard('{Enter}');
    await userEvent.selectOptions(screen.getByLabelText('Measure from now on'), 'Presence only');
    await userEvent.click(screen.getByText('Save'));
    expect(screen.getByRole('alert').textContent).toBe('Say why, in a few words.');
    await userEvent.type(screen.getByLabelText('Reason for the change'), 'Privacy during care{Enter}');
    await waitFor(() => expect(server.mode).toBe('presence'));
    expect(server.asked).toContain('PUT /patients/P-101/analysis-mode');
    await waitFor(() => expect(screen.queryByLabelText('Measure from now on')).toBeNull());
  });

  test('offers no change of the analysis to somebody who may only look', async () => {
    await openPanel({ mayChangeAnalysis: false });
    expect(screen.queryByTestId(testIds.analysisChange)).toBeNull();
  });

  test('an alert opens to what the analysis saw around it', async () => {
    server.alerts = [anAlert({ active: false, rule: 'fall', value: null, limit: null })];
    server.events = [
      {
        ...{ id: uuid(5), event: 'fall', at: T0, startedAt: T0 - 2000, confidence: 0.8 },
        evidence: { torsoAngleDegrees: 82 },
      },
    ];
    await openPanel();
    await userEvent.click(rows()[0]!);
    const events = await screen.findByTestId(testIds.alertEvents);
    expect(events.textContent).toMatch(
      /Fall seen began 2 s before, confidence 0.80; torso angle degrees 82$/,
    );
  });

  test('says where the limits come from, and who changed them why', async () => {
    server.set({ pulseHigh: 120 }, 'Dr Who', 'Fever');
    await openPanel();
    expect(screen.getByTestId(testIds.limits).textContent).toContain('50–120 /min');
    expect(screen.getByTestId(testIds.limitsOrigin).textContent).toMatch(
      /limits of this patient \(Dr Who, .*: “Fever”\)/,
    );
  });

  test('offers no change of limits to somebody who may only look', async () => {
    await openPanel({ mayChangeLimits: false });
    expect(screen.queryByTestId(testIds.limitsChange)).toBeNull();
  });

  test('lists alerts newest first, the older ones page by page, each once', async () => {
    server.alerts = Array.from({ length: 25 }, (_, index) =>
      // Two that began in the same moment lie on both sides of a page's end.
      anAlert({ id: uuid(index), startedAt: T0 - (index === 20 ? 19 : index) * 1000, active: false }),
    );
    await openPanel();
    expect(rows()).toHaveLength(20);
    await userEvent.click(screen.getByText('Older alerts'));
    await screen.findAllByTestId(testIds.historyRow);
    expect(rows()).toHaveLength(25);
    expect(screen.queryByText('Older alerts')).toBeNull();
  });

  test('a new alert of the wall is on top of the list at once', async () => {
    server.alerts = [anAlert({ active: false, startedAt: T0 - 60_000 })];
    await openPanel({ alerts: [anAlert({ id: uuid(901), rule: 'fall', value: null, limit: null })] });
    expect(rows()[0]?.textContent).toContain('HIGH Fall seen');
    expect(rows()).toHaveLength(2);
  });

  test('an alert opens to what happened, who did it and why', async () => {
    server.alerts = [anAlert({ active: false })];
    const by = { userId: uuid(7), userName: 'Nurse Joy' };
    server.transitions = [
      { version: 1, change: { kind: 'raised', at: T0 }, value: 141, limit: 120, by: null, reason: null },
      { version: 2, change: { kind: 'silenced', at: T0 }, value: 141, limit: 120, by, reason: null },
      {
        version: 3,
        change: { kind: 'acknowledged', at: T0 },
        value: 141,
        limit: 120,
        by,
        reason: 'Patient checked',
      },
    ];
    await openPanel();
    rows()[0]!.focus();
    await userEvent.keyboard('{Enter}');
    const life = await screen.findByTestId(testIds.alertLife);
    const steps = within(life)
      .getAllByRole('listitem')
      .map(({ textContent }) => textContent.replace(/^.*\d\d:\d\d /, ''));
    expect(steps).toEqual([
      'Began, 141 (limit 120)',
      'Silenced by Nurse Joy',
      'Acknowledged by Nurse Joy: Patient checked',
    ]);
  });
});
