import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { act, renderHook } from '@testing-library/react';
import { usePublisher } from './use-publisher.ts';

const SETTINGS = { patientId: 'P-101', token: 'token' };

const stop = jest.fn();
let opening: PromiseWithResolvers<MediaStream>;

/** A camera that opens when the test says so. */
beforeEach(() => {
  stop.mockClear();
  opening = Promise.withResolvers();
  const getUserMedia = () => opening.promise;
  Object.defineProperty(navigator, 'mediaDevices', { value: { getUserMedia }, configurable: true });
});
afterEach(() => void Reflect.deleteProperty(navigator, 'mediaDevices'));

function opens(): Promise<void> {
  const track = { stop, addEventListener: () => undefined };
  return act(async () => {
    opening.resolve({ getVideoTracks: () => [track] } as unknown as MediaStream);
    await opening.promise;
  });
}

test('whoever stops while the camera opens publishes nothing, and the camera is closed', async () => {
  const { result } = renderHook(() => usePublisher());
  let started: Promise<void> | undefined;
  act(() => void (started = result.current.start(SETTINGS, '', false)));
  expect(result.current.state.kind).toBe('connecting');
  act(() => result.current.stop());
  await opens();
  await started;
  expect(stop).toHaveBeenCalledTimes(1);
  expect(result.current).toMatchObject({ state: { kind: 'idle' }, track: null });
});

test('whoever leaves the page while the camera opens publishes nothing, and the camera is closed', async () => {
  const { result, unmount } = renderHook(() => usePublisher());
  let started: Promise<void> | undefined;
  act(() => void (started = result.current.start(SETTINGS, '', false)));
  unmount();
  await opens();
  await started;
  expect(stop).toHaveBeenCalledTimes(1);
});
