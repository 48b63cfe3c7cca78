import { describe, expect, test } from '@jest/globals';
import { ExitTrack } from './exit-track.ts';

/** Each sample as its second, the share of the person that moves, and the moving blocks at the edge. */
function follow(...samples: [second: number, movingShare: number, edgeBlocks: number][]): ExitTrack {
  const track = new ExitTrack();
  for (const [second, movingShare, edgeBlocks] of samples) track.add(second * 1000, movingShare, edgeBlocks);
  return track;
}

describe('a departure', () => {
  test('begins with large movement at the place and ends with movement at the edge', () => {
    const track = follow([10, 0.3, 0], [11, 0.4, 0], [12, 0.1, 0], [14, 0, 5]);
    expect(track.departure).toEqual({
      startedAt: 10_000,
      leftAt: 14_000,
      movingShare: 0.4,
      accompanied: false,
    });
  });

  test.each<[string, Parameters<typeof follow>]>([
    [
      'small movement at the place',
      [
        [10, 0.1, 0],
        [12, 0, 5],
      ],
    ],
    [
      'movement that never reaches the edge',
      [
        [10, 0.5, 0],
        [12, 0.2, 1],
      ],
    ],
    [
      'the edge alone',
      [
        [10, 0, 9],
        [12, 0, 9],
      ],
    ],
    ['the edge at the same moment: an arm that is stretched out, or the light', [[10, 0.5, 9]]],
    [
      'the edge long afterwards: somebody else',
      [
        [10, 0.5, 0],
        [26, 0, 9],
      ],
    ],
  ])('is not %s', (_, samples) => {
    expect(follow(...samples).departure).toBeNull();
  });

  test('is accompanied when somebody had come in before', () => {
    expect(follow([7, 0, 4], [10, 0.3, 0], [14, 0, 5]).departure?.accompanied).toBe(true);
    expect(follow([4, 0, 4], [10, 0.3, 0], [14, 0, 5]).departure?.accompanied).toBe(false);
  });

  test('is forgotten when nothing came of it', () => {
    expect(follow([10, 0.3, 0], [14, 0, 5], [45, 0, 0]).departure).toBeNull();
  });

  test('begins anew after a pause', () => {
    expect(follow([10, 0.3, 0], [20, 0.3, 0], [22, 0, 3]).departure?.startedAt).toBe(20_000);
  });
});
