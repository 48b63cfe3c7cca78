import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach } from '@jest/globals';
import { WaveformTrace } from '../core/waveform-trace.ts';
import { anAlert, aPatient, aPulse, aStream, someVitals, T0 } from '../testing/fixtures.ts';
import { stubVideo } from '../testing/stub-video.ts';
import { testIds } from '../test-ids.ts';
import { TileViews } from './tile-views.ts';
import { Tile, type TileProps } from './tile.tsx';

beforeAll(stubVideo);
afterEach(cleanup);

function renderTile(change: Partial<TileProps> = {}) {
  const props: TileProps = {
    state: {
      patient: aPatient({ bed: '3' }),
      stream: aStream(),
      streamSince: T0,
      vitals: someVitals(),
      vitalsAt: T0,
      reached: true,
    },
    alerts: [],
    talker: null,
    moment: { now: T0 + 1000, serverNow: T0 + 1000 },
    connected: true,
    track: null,
    delivery: null,
    views: new TileViews(() => undefined),
    trace: new WaveformTrace(),
    now: () => T0 + 1000,
    focused: false,
    onToggle: () => undefined,
    onDetails: () => undefined,
    onKey: () => undefined,
    onShown: () => undefined,
    ...change,
  };
  render(<Tile {...props} />);
  return props;
}
const text = (testId: string) => screen.getByTestId(testId).textContent;

describe('a tile', () => {
  test('says whose it is, and what was measured with which quality', () => {
    renderTile();
    expect(screen.getByRole('article').getAttribute('aria-label')).toBe('Bed 3, Anna Berg');
    expect(text(testIds.pulseValue)).toBe('72');
    expect(text(testIds.pulseQuality)).toContain('good');
    expect(screen.getByTestId(testIds.tileFocus).title).toBe(
      'Pulse by POS+CHROM, within 5/min in 93 of 100 cases',
    );
  });

  test('shows no percentage, which beside a pulse would be read as an oxygen saturation', () => {
    renderTile();
    expect(screen.getByRole('article').textContent).not.toContain('%');
  });

  test('shows a held value with its age', () => {
    renderTile({ moment: { now: T0 + 7000, serverNow: T0 + 7000 } });
    expect(screen.getByTestId(testIds.pulseValue).dataset.state).toBe('held');
    expect(text(testIds.pulseNote)).toBe('held 7 s');
  });

  test('shows a withheld value as dashes with the reason, and no quality', () => {
    const vitals = someVitals([aPulse({ state: 'withheld', value: null, reason: 'covered' })]);
    renderTile({
      state: { patient: aPatient(), stream: aStream(), streamSince: T0, vitals, vitalsAt: T0, reached: true },
    });
    expect(text(testIds.pulseValue)).toBe('– –');
    expect(text(testIds.pulseNote)).toBe('Camera covered');
    expect(screen.queryByTestId(testIds.pulseQuality)).toBeNull();
  });

  test.each([
    ['synthetic', 'SIMULATED'],
    ['file', 'FILE'],
  ] as const)('marks a %s source', (source, badge) => {
    renderTile({
      state: {
        patient: aPatient(),
        stream: aStream({ source }),
        streamSince: T0,
        vitals: null,
        vitalsAt: T0,
        reached: true,
      },
    });
    expect(text(testIds.sourceBadge)).toBe(badge);
  });

  test('without a stream says NO SIGNAL and shows no number', () => {
    renderTile({
      state: {
        patient: aPatient(),
        stream: null,
        streamSince: T0,
        vitals: someVitals(),
        vitalsAt: T0,
        reached: true,
      },
    });
    expect(text(testIds.pictureState)).toBe('NO SIGNAL');
    expect(text(testIds.pulseValue)).toBe('– –');
  });

  test('says that its alarms are off while its server is not reached, and shows no value as if it were current', () => {
    const presence = aPulse({ name: 'presence', unit: '1', value: 0, method: 'body' });
    const vitals = someVitals([aPulse(), aPulse({ name: 'breathing', value: 14 }), presence], {
      reducedFrameRate: 7.5,
    });
    const state = { patient: aPatient(), stream: aStream(), streamSince: T0, vitals, vitalsAt: T0 };
    renderTile({ state: { ...state, reached: false } });
    expect(text(testIds.tileAlarmsOff)).toBe('ALARMS OFF – Its server is not reached');
    expect(text(testIds.pulseValue)).toBe('– –');
    expect(text(testIds.pulseNote)).toBe('Its server is not reached');
    for (const value of [testIds.breathingValue, testIds.score, testIds.absent, testIds.reducedFrameRate]) {
      expect(screen.queryByTestId(value)).toBeNull();
    }
    cleanup();
    renderTile({ state: { ...state, reached: true } });
    expect(screen.queryByTestId(testIds.tileAlarmsOff)).toBeNull();
    expect(text(testIds.pulseValue)).toBe('72');
  });

  test('whose picture is paused for privacy says that of its values, and that its alarms are off', () => {
    const privacy = { reason: 'visit', by: 'bedside', since: T0, until: T0 + 60_000 } as const;
    const stream = aStream({ privacy });
    const state = { patient: aPatient(), stream, streamSince: T0, vitals: null, vitalsAt: T0 };
    renderTile({ state: { ...state, reached: false } });
    expect(text(testIds.pulseNote)).toBe('Paused for privacy');
    expect(screen.getByTestId(testIds.tileAlarmsOff)).not.toBeNull();
  });

  test('shows its highest alert in words, and keeps it when acknowledged', () => {
    const acknowledgement = { userId: aStream().streamId, userName: 'Nurse', at: T0, reason: null };
    renderTile({ alerts: [anAlert({ acknowledgement })] });
    expect(text(testIds.tileAlert)).toContain('HIGH: Pulse high 141 (limit 120)');
    expect(text(testIds.tileAlert)).toContain('acknowledged');
    expect(screen.getByRole('article').dataset.alert).toBe('high');
  });

  test('shows the partial score of what is measured now, labelled as partial', () => {
    renderTile();
    expect(text(testIds.score)).toBe('Partial score 0, no breathing');
  });

  test('shows no score of a value that is withheld', () => {
    renderTile({ moment: { now: T0 + 16_000, serverNow: T0 + 16_000 } });
    expect(screen.queryByTestId(testIds.score)).toBeNull();
  });

  test.each([
    ['presence', 'Presence only', 'Only presence is watched'],
    ['off', 'Analysis off', 'Analysis off'],
  ] as const)('says at once when only %s is measured', (analysisMode, mark, note) => {
    const patient = aPatient({ analysisMode });
    renderTile({
      state: { patient, stream: aStream(), streamSince: T0, vitals: null, vitalsAt: T0, reached: true },
    });
    expect(text(testIds.analysisMode)).toBe(mark);
    expect(text(testIds.pulseValue)).toBe('– –');
    expect(text(testIds.pulseNote)).toBe(note);
  });

  test('says that falls and absence are not watched for where only vitals are measured', () => {
    const patient = aPatient({ analysisMode: 'vitals' });
    renderTile({
      state: {
        patient,
        stream: aStream(),
        streamSince: T0,
        vitals: someVitals(),
        vitalsAt: T0,
        reached: true,
      },
    });
    expect(text(testIds.analysisMode)).toBe('Vitals only');
    expect(screen.getByTestId(testIds.analysisMode).title).toContain('not watched for');
    expect(text(testIds.pulseValue)).toBe('72');
  });

  test('has no mark while everything is measured as usual', () => {
    renderTile();
    for (const mark of [testIds.analysisMode, testIds.absent, testIds.reducedFrameRate]) {
      expect(screen.queryByTestId(mark)).toBeNull();
    }
  });

  test('says when nobody is seen, unless an alert says so', () => {
    const vitals = someVitals([aPulse({ name: 'presence', unit: '1', value: 0, method: 'body' })]);
    const state = {
      patient: aPatient(),
      stream: aStream(),
      streamSince: T0,
      vitals,
      vitalsAt: T0,
      reached: true,
    };
    renderTile({ state });
    expect(text(testIds.absent)).toBe('Not in the picture');
    cleanup();
    renderTile({
      state,
      alerts: [anAlert({ rule: 'absent', priority: 'medium', value: null, limit: null })],
    });
    expect(screen.queryByTestId(testIds.absent)).toBeNull();
  });

  test('says when fewer pictures are analysed than usual', () => {
    const vitals = someVitals([aPulse()], { reducedFrameRate: 7.5 });
    renderTile({
      state: { patient: aPatient(), stream: aStream(), streamSince: T0, vitals, vitalsAt: T0, reached: true },
    });
    expect(text(testIds.reducedFrameRate)).toBe('Analysis: 7.5 pictures/s (busy)');
  });

  test.each([
    ['fair', 'Device link fair'],
    ['poor', 'Device link poor'],
  ] as const)("says when the device's link is %s", (quality, words) => {
    const stream = aStream({ quality });
    renderTile({
      state: { patient: aPatient(), stream, streamSince: T0, vitals: null, vitalsAt: T0, reached: true },
    });
    expect(text(testIds.deviceLink)).toBe(words);
  });

  test('says nothing of a good link, nor of a lost one, where the picture speaks', () => {
    for (const quality of ['good', 'lost'] as const) {
      const stream = aStream({ quality });
      renderTile({
        state: { patient: aPatient(), stream, streamSince: T0, vitals: null, vitalsAt: T0, reached: true },
      });
      expect(screen.queryByTestId(testIds.deviceLink)).toBeNull();
      cleanup();
    }
  });

  test('names a still, and why it is one', () => {
    renderTile({ delivery: { sending: 'still', because: 'network', since: T0 } });
    expect(screen.getByTestId(testIds.pictureState).dataset.state).toBe('still');
    expect(text(testIds.pictureState)).toBe('No picture yet – your network is slow');
    expect(screen.getByRole('article').dataset.sending).toBe('still');
  });

  test('leads to its details, after the picture in the order of the keyboard', async () => {
    const onDetails = jest.fn();
    renderTile({ onDetails });
    const user = userEvent.setup();
    await user.tab();
    await user.tab();
    await user.keyboard('{Enter}');
    expect(onDetails).toHaveBeenCalledTimes(1);
  });

  test.each(['{Enter}', ' '])('is enlarged by the key %j', async (key) => {
    const onToggle = jest.fn();
    renderTile({ onToggle });
    const user = userEvent.setup();
    await user.tab();
    await user.keyboard(key);
    expect(onToggle).toHaveBeenCalledTimes(1);
  });
});
