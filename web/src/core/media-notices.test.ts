import { describe, expect, test } from '@jest/globals';
import type { Delivery } from '../media/delivery.ts';
import { T0 } from '../testing/fixtures.ts';
import { mediaNotices, type MediaSituation } from './media-notices.ts';

const quiet: MediaSituation = {
  load: { step: 'none', overloaded: false, drainingUntil: null },
  link: 'good',
  deliveries: [{ sending: 'live', because: null, since: T0 }],
  administrator: false,
  serverNow: T0,
};
const still = (because: Delivery['because']): Delivery => ({ sending: 'still', because, since: T0 });
const said = (change: Partial<MediaSituation>) =>
  mediaNotices({ ...quiet, ...change }).map(({ words }) => words);
const load = (change: Partial<MediaSituation['load']>) => ({ load: { ...quiet.load, ...change } });

describe('mediaNotices', () => {
  test('says nothing while all is well, or only the analysis is thinned out', () => {
    expect(said({})).toEqual([]);
    expect(said({ link: 'fair' })).toEqual([]);
    expect(said(load({ step: 'analysis' }))).toEqual([]);
  });

  test("says once that the viewer's own network is slow, however many pictures stand still", () => {
    expect(said({ link: 'poor', deliveries: [still('network'), still('network')] })).toEqual([
      'Your network is slow: some pictures are stills.',
    ]);
    expect(said({ link: 'poor' })).toEqual(['Your network is slow: pictures may be coarse or late.']);
    expect(said({ link: 'lost' })).toEqual(['Your network lets no pictures through to this screen.']);
  });

  test.each([
    ['layers', 'The server is busy: pictures are coarser than usual.'],
    ['off-screen', 'The server is busy: pictures are coarser than usual, and small ones may be stills.'],
    ['refusing', 'The server is very busy: small pictures may be stills, and nobody else can join now.'],
  ] as const)('says what a busy server gives up at step %s', (step, words) => {
    expect(said({ ...load({ step }), deliveries: [still('server-load')] })).toEqual([words]);
  });

  test('says that nobody else can join while the server is full', () => {
    expect(said(load({ overloaded: true }))).toEqual(['The server is full: nobody else can join now.']);
  });

  test("gives an administrator the server's own words too", () => {
    expect(said({ ...load({ step: 'layers' }), administrator: true })[0]).toContain('Degradation: layers');
  });

  test('says when the server stops, and that it is stopping once that time has come', () => {
    const drainingUntil = T0 + 60_000;
    expect(said(load({ drainingUntil }))[0]).toMatch(/^This server stops at \d\d:\d\d\. This screen then/);
    expect(said({ ...load({ drainingUntil }), serverNow: drainingUntil })[0]).toMatch(/is stopping/);
  });

  test('names what presses most first', () => {
    const all = mediaNotices({ ...quiet, ...load({ step: 'layers', drainingUntil: T0 + 1 }), link: 'poor' });
    expect(all.map(({ about }) => about)).toEqual(['stop', 'server', 'network']);
  });
});
