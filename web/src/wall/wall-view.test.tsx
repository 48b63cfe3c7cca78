import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { LinkQuality } from '@haven/protocol';
import { act, cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Store } from '../core/store.ts';
import { EMPTY_WALL, NOTHING_EARLY, withAlert, withReach, withSnapshot } from '../core/wall-state.ts';
import type { AlarmChannel } from '../core/alarm-channel.ts';
import { WaveformTrace } from '../core/waveform-trace.ts';
import { anAlert, aPatient, aPause, aSnapshot, T0 } from '../testing/fixtures.ts';
import { stubVideo } from '../testing/stub-video.ts';
import type { TalkState } from '../talk/talk-desk.ts';
import { testIds } from '../test-ids.ts';
import { WallView, type WallViewProps } from './wall-view.tsx';

beforeAll(stubVideo);
afterEach(cleanup);

const noTalk: WallViewProps['talk'] = {
  state: new Store<TalkState>({ kind: 'idle', problem: null }),
  press: () => undefined,
  release: () => undefined,
  end: () => undefined,
};

function renderWall(rights: readonly string[] | null = null) {
  const patients = ['P-101', 'P-102', 'P-103', 'P-104'].map((id, index) =>
    aPatient({ id, bed: `${index + 1}` }),
  );
  const state = new Store(withSnapshot(EMPTY_WALL, aSnapshot({ patients }), NOTHING_EARLY, T0));
  const alarms = new Store<AlarmChannel>('on');
  const focused = new Store<string | null>(null);
  const blocked = new Store(false);
  const locked = new Store(false);
  const link = new Store<LinkQuality>('good');
  const paused: number[] = [];
  const trace = new WaveformTrace();
  const wall: WallViewProps['wall'] = {
    state,
    alarms,
    focused,
    problem: new Store<string | null>(null),
    moment: new Store({ now: T0, serverNow: T0 }),
    media: {
      tracks: new Store(new Map()),
      deliveries: new Store(new Map()),
      link,
      shown: () => undefined,
      view: () => undefined,
    },
    trace: () => trace,
    now: () => T0,
    focus: (patientId) => focused.set(patientId),
    locked,
    actions: {
      acknowledge: () => Promise.resolve(),
      silence: () => Promise.resolve(),
      pause: (seconds) => Promise.resolve(void paused.push(seconds)),
      resume: () => Promise.resolve(),
    },
    joinRoom: () => undefined,
    bedside: { pausePicture: () => Promise.resolve(), resumePicture: () => Promise.resolve() },
  };
  render(
    <WallView
      wall={wall}
      talk={noTalk}
      sound={{ blocked, unblock: () => blocked.set(false) }}
      settings={{ protocol: 2, demo: true, announcedAddress: null, patientIdPattern: '^P-\\d{3}$' }}
      userName="Nurse Joy"
      rights={rights}
      request={() => Promise.reject(new Error('no server'))}
      patientId={null}
      onPatient={() => undefined}
      onSignOut={() => undefined}
    />,
  );
  return { state, alarms, focused, blocked, locked, link, paused };
}

describe('the wall', () => {
  test('says ALARMS OFF, in the title too, as long as the alarm channel is lost', () => {
    const { alarms } = renderWall();
    expect(screen.queryByTestId(testIds.alarmsOff)).toBeNull();
    act(() => alarms.set('off'));
    expect(screen.getByTestId(testIds.alarmsOff).textContent).toBe(
      'ALARMS OFF — connection to Haven lost. Watch the patients directly.',
    );
    expect(document.title).toContain('ALARMS OFF');
    expect(screen.getAllByTestId(testIds.pulseValue)[0]?.dataset.state).toBe('held');
    act(() => alarms.set('on'));
    expect(screen.queryByTestId(testIds.alarmsOff)).toBeNull();
  });

  test('announces a high alert assertively', () => {
    const { state } = renderWall();
    act(() => state.update((before) => withAlert(before, anAlert())));
    const spoken = document.querySelector('[aria-live=assertive]');
    expect(spoken?.textContent).toBe('HIGH alert: Pulse high 141 (limit 120), Bed 1, Anna Berg');
    expect(document.title).toBe('HIGH ALERT – Haven');
  });

  test('says at once, also to a screen reader, of which beds the alarms do not arrive', () => {
    const { state, alarms } = renderWall();
    expect(screen.queryByRole('alert')).toBeNull();
    act(() => state.update((before) => withReach(before, 'P-102', false)));
    expect(screen.getByRole('alert').textContent).toBe(
      'ALARMS OFF for Bed 2 — server not reached: neither values nor alarms arrive. Watch these patients directly.',
    );
    expect(screen.getAllByTestId(testIds.tileAlarmsOff)).toHaveLength(1);
    expect(document.title).toBe('ALARMS OFF for some beds – Haven');
    act(() => state.update((before) => withReach(before, 'P-104', false)));
    expect(screen.getByRole('alert').textContent).toContain('Bed 2, Bed 4');
    act(() => alarms.set('off'));
    expect(screen.queryByTestId(testIds.bedsOff)).toBeNull();
    expect(screen.getByRole('alert').textContent).toContain('connection to Haven lost');
  });

  test('says that the browser blocks sound, until a click allows it', async () => {
    const { blocked } = renderWall();
    act(() => blocked.set(true));
    await userEvent.click(screen.getByTestId(testIds.soundBlocked));
    expect(screen.queryByTestId(testIds.soundBlocked)).toBeNull();
  });

  test('says once, also to a screen reader, that its network is slow and its server stops', () => {
    const { state, link } = renderWall();
    const status = screen.getByRole('status');
    expect(status.textContent).toBe('');
    act(() => link.set('poor'));
    act(() =>
      state.update((before) => ({ ...before, load: { ...before.load, drainingUntil: T0 + 60_000 } })),
    );
    const words = screen.getAllByTestId(testIds.mediaNotice).map(({ textContent }) => textContent);
    expect(words).toHaveLength(2);
    expect(words[0]).toMatch(/^This server stops at/);
    expect(words[1]).toMatch(/^Your network is slow/);
    expect(status.contains(screen.getAllByTestId(testIds.mediaNotice)[0]!)).toBe(true);
  });

  test('a click enlarges a patient, Escape returns, arrow keys move between the tiles', async () => {
    const { focused } = renderWall();
    const user = userEvent.setup();
    const tiles = screen.getAllByTestId(testIds.tileFocus);
    await user.click(tiles[0]!);
    expect(focused.get()).toBe('P-101');
    await user.keyboard('{Escape}');
    expect(focused.get()).toBeNull();
    await user.keyboard('{ArrowRight}');
    expect(document.activeElement).toBe(tiles[1]);
    await user.keyboard('{Enter}');
    expect(focused.get()).toBe('P-102');
  });

  test('pauses the room for two minutes, and says so with who and how long', async () => {
    const { state, paused } = renderWall(['alarm:pause']);
    await userEvent.click(screen.getByTestId(testIds.pauseSound));
    expect(paused).toEqual([120]);
    act(() => state.update((before) => ({ ...before, soundPause: aPause({ until: T0 + 65_000 }) })));
    expect(screen.getByTestId(testIds.soundPaused).textContent).toContain('SOUND PAUSED by Nurse Joy');
    expect(screen.getByTestId(testIds.soundPausedLeft).textContent).toBe('1:05');
    expect(screen.getByTestId(testIds.resumeSound)).not.toBeNull();
    expect(screen.queryByTestId(testIds.pauseSound)).toBeNull();
    expect(document.title).toBe('SOUND PAUSED – Haven');
    act(() => state.update((before) => ({ ...before, soundPause: aPause({ until: T0 }) })));
    expect(screen.queryByTestId(testIds.soundPaused)).toBeNull();
  });

  test('offers nothing that the user may not do', () => {
    const { state } = renderWall([]);
    act(() => state.update((before) => ({ ...withAlert(before, anAlert()), soundPause: aPause() })));
    expect(screen.getByTestId(testIds.soundPaused)).not.toBeNull();
    for (const id of [testIds.acknowledge, testIds.silence, testIds.pauseSound, testIds.resumeSound]) {
      expect(screen.queryByTestId(id)).toBeNull();
    }
  });

  test('locked, it shows beds and alerts but no name, no value and no picture', () => {
    const { state, locked } = renderWall(['alert:acknowledge']);
    act(() => state.update((before) => withAlert(before, anAlert())));
    act(() => locked.set(true));
    const words = document.body.textContent;
    expect(words).toContain('HIGH Pulse high — Bed 1');
    expect(screen.getAllByRole('article').map(({ textContent }) => textContent)).toContain('Bed 2No alert');
    expect(words).not.toMatch(/Anna Berg|141|P-101/);
    expect(screen.queryByTestId(testIds.video)).toBeNull();
    expect(screen.queryByTestId(testIds.acknowledge)).toBeNull();
  });

  test('locked, it says of no bed that it has no alert whose alarms do not arrive', () => {
    const { state, locked } = renderWall();
    act(() => locked.set(true));
    act(() => state.update((before) => withReach(before, 'P-102', false)));
    expect(screen.getAllByRole('article').map(({ textContent }) => textContent)).toEqual([
      'Bed 1No alert',
      'Bed 2ALARMS OFF – Its server is not reached',
      ...['Bed 3No alert', 'Bed 4No alert'],
    ]);
    expect(screen.getByRole('alert').textContent).toContain('ALARMS OFF for Bed 2');
  });

  test('says that it is a demonstration, and what it is not', () => {
    renderWall();
    expect(screen.getByText('Demonstration: all patients are simulated.')).not.toBeNull();
    expect(screen.getByText(/not a medical device/)).not.toBeNull();
  });
});
