import { describe, expect, test } from '@jest/globals';
import {
  anAlert,
  aPatient,
  aPause,
  aPulse,
  aSnapshot,
  aStream,
  someVitals,
  T0,
  uuid,
} from '../testing/fixtures.ts';
import {
  activeAlerts,
  EMPTY_WALL,
  NOTHING_EARLY,
  unreachedPatients,
  withAlert,
  withAnalysisMode,
  withoutMeasurements,
  withoutStream,
  withSnapshot,
  withStream,
  withVitals,
} from './wall-state.ts';

const joined = withSnapshot(EMPTY_WALL, aSnapshot(), NOTHING_EARLY, T0);
const patient = (state: typeof joined) => state.patients.get('P-101');

describe('another analysis mode', () => {
  test('stands at the patient, and what was measured until then no longer counts', () => {
    const after = withAnalysisMode(joined, 'P-101', 'off');
    expect(patient(after)).toMatchObject({ patient: { analysisMode: 'off' }, vitals: null });
    expect(patient(after)?.stream).toEqual(patient(joined)?.stream);
  });

  test('of somebody who is not of the room changes nothing', () => {
    expect(withAnalysisMode(joined, 'P-999', 'off')).toBe(joined);
  });
});

describe('a snapshot', () => {
  test('orders patients by bed as people count', () => {
    const patients = ['10', '2', '1'].map((bed, index) => aPatient({ id: `P-10${index}`, bed }));
    const state = withSnapshot(EMPTY_WALL, aSnapshot({ patients }), NOTHING_EARLY, T0);
    expect([...state.patients.values()].map((entry) => entry.patient.bed)).toEqual(['1', '2', '10']);
  });

  test('leaves out vitals of a stream that is over', () => {
    const vitals = [someVitals([aPulse()], { streamId: uuid(99) })];
    expect(patient(withSnapshot(EMPTY_WALL, aSnapshot({ vitals }), NOTHING_EARLY, T0))?.vitals).toBeNull();
  });

  test('keeps an alert that came while it was under way, in its highest version', () => {
    const alerts = new Map([
      [uuid(900), anAlert({ version: 3 })],
      [uuid(901), anAlert({ id: uuid(901) })],
    ]);
    const state = withSnapshot(
      EMPTY_WALL,
      aSnapshot({ alerts: [anAlert({ version: 2 })] }),
      { ...NOTHING_EARLY, alerts },
      T0,
    );
    expect(activeAlerts(state).map(({ version }) => version)).toEqual([3, 1]);
  });

  test('leaves out alerts of the room that was left, which came while it was under way', () => {
    const early = { ...NOTHING_EARLY, alerts: new Map([[uuid(900), anAlert({ roomId: 'ward-2' })]]) };
    expect(activeAlerts(withSnapshot(EMPTY_WALL, aSnapshot(), early, T0))).toEqual([]);
  });

  test('leaves out an alert that a server let go of while it was under way', () => {
    const early = { ...NOTHING_EARLY, alerts: new Map([[uuid(900), anAlert({ active: false })]]) };
    const alerts = [anAlert()];
    expect(alerts[0]!.id).toBe(uuid(900));
    expect(activeAlerts(withSnapshot(EMPTY_WALL, aSnapshot({ alerts }), early, T0))).toEqual([]);
  });

  test.each([
    ['first', [1, 0]],
    ['last', [0, 1]],
  ])('shows the later of two streams that servers tell of, though it is named %s', (_place, order) => {
    const both = [aStream(), aStream({ streamId: uuid(2), startedAt: T0 + 1000 })];
    const streams = order.map((index) => both[index]!);
    const state = withSnapshot(EMPTY_WALL, aSnapshot({ streams }), NOTHING_EARLY, T0);
    expect(patient(state)?.stream?.streamId).toBe(uuid(2));
  });

  test('does not bring back a pause that ended while it was under way', () => {
    const soundPause = aPause();
    const ended = { ...NOTHING_EARLY, soundPause: null };
    expect(withSnapshot(EMPTY_WALL, aSnapshot({ soundPause }), NOTHING_EARLY, T0).soundPause).toBe(
      soundPause,
    );
    expect(withSnapshot(EMPTY_WALL, aSnapshot({ soundPause }), ended, T0).soundPause).toBeNull();
  });

  test('says whose server is not reached, but for what came while it was under way', () => {
    const snapshot = aSnapshot({ unreached: ['P-101'] });
    const unreached = withSnapshot(EMPTY_WALL, snapshot, NOTHING_EARLY, T0);
    expect(patient(unreached)?.reached).toBe(false);
    expect(unreachedPatients(unreached).map(({ id }) => id)).toEqual(['P-101']);
    const early = { ...NOTHING_EARLY, reached: new Map([['P-101', true]]) };
    expect(patient(withSnapshot(EMPTY_WALL, snapshot, early, T0))?.reached).toBe(true);
    expect(patient(joined)?.reached).toBe(true);
  });

  test('drops alerts that ended while the connection was lost', () => {
    const before = withAlert(joined, anAlert());
    expect(activeAlerts(withSnapshot(before, aSnapshot(), NOTHING_EARLY, T0))).toEqual([]);
  });
});

describe('vitals', () => {
  test('are shown with the time at which they came', () => {
    const news = someVitals([aPulse({ value: 80 })], { at: T0 + 1000 });
    expect(patient(withVitals(joined, news, T0 + 1100))).toMatchObject({ vitals: news, vitalsAt: T0 + 1100 });
  });

  test('of another stream, an unknown patient or the past change nothing', () => {
    expect(withVitals(joined, someVitals([], { streamId: uuid(2) }), T0)).toBe(joined);
    expect(withVitals(joined, someVitals([], { patientId: 'P-999' }), T0)).toBe(joined);
    expect(withVitals(joined, someVitals([], { at: T0 - 1 }), T0)).toBe(joined);
  });
});

describe('a stream', () => {
  test('that begins anew has no vitals of the one before', () => {
    const state = withStream(joined, aStream({ streamId: uuid(2) }), T0 + 5000);
    expect(patient(state)).toMatchObject({ vitals: null, streamSince: T0 + 5000 });
  });

  test('that a server still tells of takes nothing from the one that began later elsewhere', () => {
    const later = aStream({ streamId: uuid(2), startedAt: T0 + 1000 });
    const moved = withStream(joined, later, T0 + 2000);
    const state = withStream(moved, aStream({ conditions: ['signal-lost'] }), T0 + 3000);
    expect(patient(state)).toMatchObject({ stream: later, streamSince: T0 + 2000 });
    expect(patient(withoutStream(state, 'P-101', uuid(1)))?.stream).toEqual(later);
    // As when the clock of the server where the device is now is behind.
    expect(patient(withoutStream(state, 'P-101', uuid(2)))?.stream?.streamId).toBe(uuid(1));
    expect(patient(withoutMeasurements(state))).toMatchObject({ stream: null, older: [] });
  });

  test('that only changes keeps them', () => {
    const state = withStream(joined, aStream({ conditions: ['too-dark'] }), T0 + 5000);
    expect(patient(state)).toMatchObject({ streamSince: T0, stream: { conditions: ['too-dark'] } });
    expect(patient(state)?.vitals).not.toBeNull();
  });

  test('that ends takes its vitals along, but a late message about an older one changes nothing', () => {
    expect(patient(withoutStream(joined, 'P-101', uuid(1)))).toMatchObject({ stream: null, vitals: null });
    expect(withoutStream(joined, 'P-101', uuid(2))).toBe(joined);
  });
});

describe('an alert', () => {
  test('that ended is not revived by an older message', () => {
    const ended = withAlert(joined, anAlert({ version: 5, active: false }));
    expect(activeAlerts(withAlert(ended, anAlert({ version: 4 })))).toEqual([]);
  });

  test('that a server let go of without a word is off the screen, and comes again as it was', () => {
    const gone = withAlert(withAlert(joined, anAlert()), anAlert({ active: false }));
    expect(activeAlerts(gone)).toEqual([]);
    expect(activeAlerts(withAlert(gone, anAlert()))).toHaveLength(1);
  });

  test('of another room is not shown', () => {
    expect(withAlert(joined, anAlert({ roomId: 'ward-2' }))).toBe(joined);
  });

  test('that moved with its patient to another room is not shown here any more', () => {
    const before = withAlert(joined, anAlert());
    expect(activeAlerts(withAlert(before, anAlert({ roomId: 'ward-2', version: 2 })))).toEqual([]);
  });

  test('that ended is forgotten when many others have ended since', () => {
    let state = withAlert(joined, anAlert({ id: uuid(5000) }));
    for (let index = 1; index <= 300; index += 1) {
      state = withAlert(state, anAlert({ id: uuid(index), startedAt: T0 + index, active: false }));
    }
    expect(state.alerts.size).toBe(201);
    expect(activeAlerts(state)).toHaveLength(1);
  });
});

test('a locked wall lets go of pictures and values, and keeps its beds and alerts', () => {
  const state = withoutMeasurements(withAlert(joined, anAlert()));
  expect(patient(state)).toMatchObject({ stream: null, vitals: null, patient: { bed: '1' } });
  expect(activeAlerts(state)).toHaveLength(1);
});
