import { expect, test } from '@jest/globals';
import { T0 } from '../testing/fixtures.ts';
import { heldBackSince, type Delivery } from './delivery.ts';

test('pictures that did not move, or only for a part of the time, were held back', () => {
  const deliveries = new Map<string, Delivery>([
    ['moving', { sending: 'live', because: null, since: T0 }],
    ['back', { sending: 'live', because: null, since: T0 + 5000 }],
    ['hidden', { sending: 'hidden', because: null, since: T0 }],
    ['still', { sending: 'still', because: 'network', since: T0 }],
  ]);
  const tracks = new Map([...deliveries.keys(), 'new'].map((id) => [id, { id: `track of ${id}` }]));
  expect([...heldBackSince(T0 + 1000, tracks, deliveries)]).toEqual(
    ['back', 'hidden', 'still', 'new'].map((id) => `track of ${id}`),
  );
});
