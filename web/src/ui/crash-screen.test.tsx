import { afterEach, expect, jest, test } from '@jest/globals';
import { cleanup, render, screen } from '@testing-library/react';
import { testIds } from '../test-ids.ts';
import { CrashScreen } from './crash-screen.tsx';

afterEach(() => {
  cleanup();
  jest.useRealTimers();
  jest.restoreAllMocks();
});

function Broken(): never {
  throw new Error('broken on purpose');
}

test('a page that fails says that alarms are off, and sounds', () => {
  jest.useFakeTimers();
  // React reports the error that this test provokes.
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const onSound = jest.fn();
  render(
    <CrashScreen onSound={onSound}>
      <Broken />
    </CrashScreen>,
  );
  expect(screen.getByTestId(testIds.alarmsOff)).not.toBeNull();
  jest.advanceTimersByTime(1000);
  expect(onSound).toHaveBeenCalledTimes(2);
});

test('a page that works is left alone', () => {
  render(
    <CrashScreen onSound={() => undefined}>
      <p>all is well</p>
    </CrashScreen>,
  );
  expect(screen.getByText('all is well')).not.toBeNull();
});
