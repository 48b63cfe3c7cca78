import { afterEach, expect, test } from '@jest/globals';
import { DEFAULT_ALERT_LIMITS, type Trend } from '@haven/protocol';
import { cleanup, render, screen, within } from '@testing-library/react';
import { T0 } from '../testing/fixtures.ts';
import { TrendPicture } from './trend-picture.tsx';

afterEach(cleanup);

const MINUTE = 60_000;
const trend: Trend = {
  name: 'pulse',
  stepMs: MINUTE,
  points: [
    { at: T0, mean: 72, low: 66, high: 80, coverage: 0.5 },
    { at: T0 + MINUTE, mean: null, low: null, high: null, coverage: 0 },
  ],
};

test('where the browser cannot draw, a trend is in words and in a table, and says so', async () => {
  // What the chart asks for first.
  Reflect.deleteProperty(globalThis, 'matchMedia');
  render(
    <TrendPicture
      trend={trend}
      since={T0}
      until={T0 + 2 * MINUTE}
      limits={DEFAULT_ALERT_LIMITS}
      marks={[]}
    />,
  );
  expect(screen.getByRole('img').getAttribute('aria-label')).toBe(
    'Pulse (camera): 66 to 80 a minute, last 72; measured in 25 of 100 seconds',
  );
  const cells = within(screen.getByRole('table', { hidden: true }))
    .getAllByRole('cell', { hidden: true })
    .map(({ textContent }) => textContent);
  expect(cells).toEqual(['–', '–', '–', 'nothing', '72', '66', '80', '50 of 100 s']);
  expect((await screen.findByRole('status')).textContent).toContain('cannot be drawn');
});
