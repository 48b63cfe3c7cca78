import '../testing/dialog-element.ts';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { Privacy } from '@haven/protocol';
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import type { BedsideActions } from '../core/bedside-actions.ts';
import { Store } from '../core/store.ts';
import type { TalkState } from '../talk/talk-desk.ts';
import { testIds } from '../test-ids.ts';
import { anAlert, T0 } from '../testing/fixtures.ts';
import { PrivacySection } from './privacy-section.tsx';
import { TalkSection } from './talk-section.tsx';

afterEach(cleanup);

const MINUTE_MS = 60_000;

describe('the privacy of a patient', () => {
  const actions = {
    pausePicture: jest.fn<BedsideActions['pausePicture']>(() => Promise.resolve()),
    resumePicture: jest.fn<BedsideActions['resumePicture']>(() => Promise.resolve()),
  };
  afterEach(() => void jest.clearAllMocks());

  function renderSection(change: Partial<Parameters<typeof PrivacySection>[0]> = {}) {
    const props = {
      whose: 'Bed 1, Ada',
      patientId: 'P-101',
      privacy: null,
      alerts: [],
      serverNow: T0,
      actions,
    };
    render(<PrivacySection {...props} {...change} />);
  }
  const paused = (by: Privacy['by']): Privacy => ({
    ...{ reason: 'visit', by },
    ...{ since: T0, until: T0 + 10 * MINUTE_MS },
  });
  const click = (name: string) =>
    act(() => Promise.resolve(void fireEvent.click(screen.getByRole('button', { name }))));

  test('is asked for with a reason and a time', async () => {
    renderSection();
    await click('Pause the picture …');
    await click('Pause the picture');
    expect(actions.pausePicture).toHaveBeenCalledWith('P-101', 'personal-care', 15, false);
  });

  test('of somebody with a high alert is asked for only after a warning', async () => {
    renderSection({ alerts: [anAlert()] });
    await click('Pause the picture …');
    expect(screen.getByRole('alert').textContent).toContain('HIGH alert');
    await click('Pause although there is a high alert');
    expect(actions.pausePicture).toHaveBeenCalledWith('P-101', 'personal-care', 15, true);
  });

  test("is ended at once if it was a clinician's, and after a question if it was the bedside's", async () => {
    renderSection({ privacy: paused('clinician') });
    expect(screen.getByTestId(testIds.privacySection).textContent).toContain('PRIVACY – visit – 10 min left');
    await click('End privacy now');
    expect(actions.resumePicture).toHaveBeenLastCalledWith('P-101', false);
    cleanup();
    renderSection({ privacy: paused('bedside') });
    await click('End privacy now');
    expect(actions.resumePicture).toHaveBeenCalledTimes(1);
    await click('End privacy');
    expect(actions.resumePicture).toHaveBeenLastCalledWith('P-101', true);
  });

  test('is only told to who may not change it', () => {
    renderSection({ privacy: paused('bedside'), actions: null });
    expect(screen.queryAllByRole('button')).toEqual([]);
    expect(screen.getByRole('status').textContent).toContain('asked for at the bedside');
  });
});

describe('the talk with a patient', () => {
  function renderSection(change: Partial<Parameters<typeof TalkSection>[0]> = {}) {
    const state = new Store<TalkState>({ kind: 'idle', problem: null });
    const desk = { state, press: jest.fn(), release: jest.fn(), end: jest.fn() };
    const props = { patientId: 'P-101', desk, supported: true, paused: false, talker: null };
    const view = render(<TalkSection {...props} {...change} />);
    return { ...desk, state, view };
  }
  const hold = () => screen.getByTestId(testIds.talkHold);

  test('goes on while the space bar is held, however often it repeats', () => {
    const { press, release } = renderSection();
    fireEvent.keyDown(hold(), { key: ' ' });
    fireEvent.keyDown(hold(), { key: ' ', repeat: true });
    expect(press).toHaveBeenCalledTimes(1);
    fireEvent.keyUp(hold(), { key: ' ' });
    expect(release).toHaveBeenCalledTimes(1);
    fireEvent.keyDown(hold(), { key: 'a' });
    expect(press).toHaveBeenCalledTimes(1);
  });

  test('is let go of when the button loses the focus', () => {
    const { release } = renderSection();
    fireEvent.keyDown(hold(), { key: 'Enter' });
    fireEvent.blur(hold());
    expect(release).toHaveBeenCalledTimes(1);
  });

  test("begins and pauses with a screen reader's clicks, which cannot be held", () => {
    const { press, release, state } = renderSection();
    fireEvent.click(hold(), { detail: 0 });
    expect(press).toHaveBeenCalledWith('P-101');
    act(() => state.set({ kind: 'open', patientId: 'P-101', speaking: true, heard: true, until: T0 }));
    expect(hold().getAttribute('aria-pressed')).toBe('true');
    expect(screen.getByRole('status').textContent).toContain('SPEAK NOW');
    fireEvent.click(hold(), { detail: 0 });
    expect(release).toHaveBeenCalledTimes(1);
    fireEvent.click(hold(), { detail: 1 });
    expect(press).toHaveBeenCalledTimes(1);
  });

  test('ends when the panel is closed', () => {
    const { end, state, view } = renderSection();
    act(() => state.set({ kind: 'open', patientId: 'P-101', speaking: false, heard: true, until: T0 }));
    view.unmount();
    expect(end).toHaveBeenCalledTimes(1);
  });

  test.each([
    [{ supported: false }, 'no microphone and loudspeaker'],
    [{ paused: true }, 'paused for privacy'],
    [{ talker: 'Dr Night' }, 'Dr Night is talking'],
  ])('is not offered where it cannot be: %j', (change, words) => {
    renderSection(change);
    expect(screen.queryByTestId(testIds.talkHold)).toBeNull();
    expect(screen.getByRole('status').textContent).toContain(words);
  });
});
