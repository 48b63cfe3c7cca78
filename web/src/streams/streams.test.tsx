import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { aStatus, EVERY_ACTION } from '../testing/access-fixtures.ts';
import { HavenApi } from '../testing/haven-api.ts';
import { aStreamOfFigures } from '../testing/live-figures.ts';
import { renderSignedIn } from '../testing/render-signed-in.tsx';
import { StreamsPage } from './streams-page.tsx';
import { ageWords, bitrateWords, loadWords } from './streams-words.ts';

let haven: HavenApi;
beforeEach(() => {
  haven = new HavenApi();
  haven.status = aStatus({ actions: EVERY_ACTION });
});
afterEach(cleanup);

const user = userEvent.setup({ delay: null });
const streams = () => screen.findByRole('region', { name: 'Streams' });
const beds = async () =>
  within(await streams())
    .getAllByRole('rowheader')
    .map(({ textContent }) => textContent);

describe('the page of streams', () => {
  test('shows the worst link first, with what is the matter', async () => {
    renderSignedIn(<StreamsPage />, haven);
    expect(await beds()).toEqual(['Ward A, bed 2', 'Ward A, bed 1']);
    const [, worst] = within(await streams()).getAllByRole('row');
    expect(worst?.textContent).toContain('Poor');
    expect(worst?.textContent).toContain('Signal lost');
    expect(worst?.textContent).toContain('12 %');
    expect(worst?.textContent).toContain('210 ms');
    expect(screen.getByText(/3 viewers, links: 1 poor/)).toBeTruthy();
  });

  test('is sorted by the column that is pressed, and the other way round by a second press', async () => {
    haven.figures.streams.push(aStreamOfFigures({ streamId: crypto.randomUUID(), bed: '10' }));
    renderSignedIn(<StreamsPage />, haven);
    const press = async () => user.click(within(await streams()).getByRole('button', { name: /^Bed/ }));
    await press();
    expect(await beds()).toEqual(['Ward A, bed 1', 'Ward A, bed 2', 'Ward A, bed 10']);
    await press();
    expect(await beds()).toEqual(['Ward A, bed 10', 'Ward A, bed 2', 'Ward A, bed 1']);
    const header = within(await streams()).getByRole('columnheader', { name: /^Bed/ });
    expect(header.getAttribute('aria-sort')).toBe('descending');
  });

  test('says what the server gives up, and that nobody sends', async () => {
    haven.figures.streams = [];
    haven.figures.load = { step: 'layers', overloaded: true, drainingUntil: null };
    renderSignedIn(<StreamsPage />, haven);
    expect(await screen.findByText('No device sends.')).toBeTruthy();
    expect(screen.getByText(/at a limit. Walls get smaller pictures/)).toBeTruthy();
    expect(await screen.findByRole('region', { name: 'Media workers' })).toBeTruthy();
  });

  test('asks again every two seconds, and not while the figures are held', async () => {
    renderSignedIn(<StreamsPage />, haven);
    const asked = () => haven.callsTo('GET', '/operations/streams').length;
    await waitFor(() => expect(asked()).toBeGreaterThan(1), { timeout: 4000 });
    const hold = screen.getByRole('button', { name: 'Hold the figures' });
    await user.click(hold);
    expect(hold.getAttribute('aria-pressed')).toBe('true');
  });

  test('tells why nothing can be shown', async () => {
    haven.refusals.set('/operations/streams', 'FORBIDDEN');
    renderSignedIn(<StreamsPage />, haven);
    expect((await screen.findByRole('alert')).textContent).toMatch(/role does not allow/);
  });
});

describe('words', () => {
  test.each([
    [ageWords(59_000), '59 s'],
    [ageWords(3_599_000), '59 min'],
    [ageWords(7_500_000), '2 h 5 min'],
    [bitrateWords(149_600), '150 kbit/s'],
    [bitrateWords(1_240_000), '1.2 Mbit/s'],
  ])('%s', (words, expected) => expect(words).toBe(expected));

  test('a drain is said before anything else', () => {
    expect(loadWords({ step: 'none', overloaded: false, drainingUntil: 1 })).toBe(
      'The server is being taken out of service. Nothing is given up.',
    );
  });
});
