import { describe, expect, test } from '@jest/globals';
import { FALL_DELAY_MS, HIDE_GRACE_MS, ViewPolicy, type Situation } from './view-policy.ts';

const SIZES = [
  { width: 320, height: 180 },
  { width: 640, height: 360 },
  { width: 1280, height: 720 },
];
const small = { width: 320, height: 180, visible: true, focused: false };
const large = { width: 1280, height: 720, visible: true, focused: false };
const focused = { ...large, focused: true };
const hidden = { ...small, visible: false };

const situation = (changed: Partial<Situation> = {}): Situation => ({
  tile: small,
  sizes: SIZES,
  temporalLayers: 3,
  alert: null,
  step: 'none',
  affordable: true,
  ...changed,
});
const decide = (changed: Partial<Situation>) => new ViewPolicy().decide(situation(changed), 0);

describe('layers', () => {
  test.each([
    ['a small tile gets the lowest at half the frame rate', { tile: small }, 0, 1],
    ['a large tile gets what fills it, enlarged a little, at the full rate', { tile: large }, 2, 2],
    [
      'a tile that is looked at gets it without enlargement',
      { tile: { ...small, height: 200, width: 355, focused: true } },
      1,
      2,
    ],
    [
      'a tile that is larger than all layers gets the highest',
      { tile: { ...focused, width: 3840, height: 2160 } },
      2,
      2,
    ],
    ['a narrow tile gets what fills its width', { tile: { ...large, width: 320 } }, 0, 2],
    [
      'the patient with a high alert gets the full rate in a small tile too',
      { alert: 'high' as const },
      0,
      2,
    ],
    ['before the first report it is the lowest', { tile: undefined }, 0, 1],
    ['a stream without temporal layers has layer 0 only', { temporalLayers: 1 }, 0, 0],
    ['a stream with two halves at 0', { temporalLayers: 2 }, 0, 0],
  ])('%s', (_, changed, spatialLayer, temporalLayer) => {
    expect(decide(changed)).toMatchObject({ sending: 'live', because: null, spatialLayer, temporalLayer });
  });

  test('rise at once and fall after five seconds', () => {
    const policy = new ViewPolicy();
    const layerAt = (now: number, tile: Situation['tile']) =>
      policy.decide(situation({ tile }), now).spatialLayer;
    expect(layerAt(0, small)).toBe(0);
    expect(layerAt(1, focused)).toBe(2);
    expect(layerAt(1_000, small)).toBe(2);
    expect(layerAt(1_000 + FALL_DELAY_MS - 1, small)).toBe(2);
    expect(layerAt(1_000 + FALL_DELAY_MS, small)).toBe(0);
  });

  test('that are wanted again in time are kept', () => {
    const policy = new ViewPolicy();
    const layerAt = (now: number, tile: Situation['tile']) =>
      policy.decide(situation({ tile }), now).spatialLayer;
    layerAt(0, focused);
    layerAt(4_000, small);
    layerAt(8_000, focused);
    expect(layerAt(10_000, small)).toBe(2);
    expect(layerAt(10_000 + FALL_DELAY_MS, small)).toBe(0);
  });
});

test('priority follows the alert, then the focus', () => {
  const priorities = [
    { alert: 'high' as const, tile: focused },
    { alert: 'high' as const },
    { alert: 'medium' as const },
    { tile: focused },
    {},
  ].map((changed) => decide(changed).priority);
  expect(priorities).toEqual(priorities.toSorted((one, other) => other - one));
  expect(new Set(priorities).size).toBe(priorities.length);
  expect(Math.max(...priorities)).toBeLessThan(255);
});

describe('what is not on screen', () => {
  test('is not sent, not even for an alert', () => {
    expect(decide({ tile: hidden })).toMatchObject({ sending: 'hidden', because: null });
    expect(decide({ tile: null, alert: 'high' })).toMatchObject({ sending: 'hidden' });
  });

  test('is sent a moment longer when it just was', () => {
    const policy = new ViewPolicy();
    policy.decide(situation(), 0);
    expect(policy.decide(situation({ tile: hidden }), HIDE_GRACE_MS - 1).sending).toBe('live');
    expect(policy.decide(situation({ tile: hidden }), HIDE_GRACE_MS).sending).toBe('hidden');
    expect(policy.decide(situation(), HIDE_GRACE_MS + 1).sending).toBe('live');
  });

  test('is not sent a moment longer when the server is too busy', () => {
    const policy = new ViewPolicy();
    policy.decide(situation(), 0);
    expect(policy.decide(situation({ tile: hidden, step: 'off-screen' }), 1).sending).toBe('hidden');
  });
});

describe('when the server is too busy', () => {
  test('tiles get the lowest layer at once, but for those focused and in alert', () => {
    const policy = new ViewPolicy();
    policy.decide(situation({ tile: large }), 0);
    expect(policy.decide(situation({ tile: large, step: 'layers' }), 1)).toMatchObject({
      spatialLayer: 0,
      temporalLayer: 1,
    });
    expect(decide({ tile: focused, step: 'refusing' })).toMatchObject({ sending: 'live', spatialLayer: 2 });
    expect(decide({ tile: large, alert: 'medium', step: 'refusing' })).toMatchObject({ spatialLayer: 2 });
    expect(decide({ tile: large, step: 'analysis' })).toMatchObject({ spatialLayer: 2 });
  });

  test('small tiles become stills in the next step, but for those focused and in alert', () => {
    const step = 'off-screen' as const;
    expect(decide({ step })).toMatchObject({ sending: 'still', because: 'server-load' });
    expect(decide({ step, tile: undefined })).toMatchObject({ sending: 'still' });
    expect(decide({ step, tile: large })).toMatchObject({ sending: 'live', spatialLayer: 0 });
    expect(decide({ step, alert: 'high' })).toMatchObject({ sending: 'live' });
    expect(decide({ step, tile: { ...small, focused: true } })).toMatchObject({ sending: 'live' });
  });
});

test('what the link does not carry is a still', () => {
  expect(decide({ affordable: false })).toMatchObject({ sending: 'still', because: 'network' });
  expect(decide({ affordable: false, tile: hidden })).toMatchObject({ sending: 'hidden' });
});
