import { describe, expect, test } from '@jest/globals';
import { BandwidthController, LOSSY_BITRATE, MIN_BITRATE } from './bandwidth.ts';

const MAX = 1_600_000;

/**
 * A path on which every packet is lost with a probability, and beyond its capacity what does not fit.
 * @returns the target after so many seconds of two reports each
 */
function send(
  controller: BandwidthController,
  { chance, capacity = Infinity }: { chance: number; capacity?: number },
  seconds: number,
  from = 0,
): number {
  // An encoder follows within a second.
  const targets = [controller.target, controller.target];
  for (let report = 0; report < seconds * 2; report++) {
    targets.push(controller.target);
    const sent = targets[report];
    const fitting = Math.min(1, capacity / sent);
    const lost = 1 - fitting * (1 - chance);
    controller.onLoss(lost, sent, (from + report / 2) * 1000);
    // A receiver cannot measure more than it gets.
    controller.onEstimate(sent * (1 - lost) * 1.5, sent, (from + report / 2) * 1000);
  }
  return controller.target;
}

describe('on a link that loses by chance', () => {
  test.each([0.2, 0.3, 0.5])('of %d of all packets, the rate stays of use', (chance) => {
    expect(send(new BandwidthController(MAX), { chance }, 120)).toBeGreaterThan(0.35 * MAX);
  });

  test('the rate is back soon after the losses end', () => {
    const controller = new BandwidthController(MAX);
    send(controller, { chance: 0.5 }, 60);
    expect(send(controller, { chance: 0 }, 30, 60)).toBe(MAX);
  });

  test('that is too narrow as well, the rate falls to what it carries', () => {
    const target = send(new BandwidthController(MAX), { chance: 0.2, capacity: 500_000 }, 60);
    expect(target).toBeLessThan(600_000);
    expect(target).toBeGreaterThan(300_000);
  });
});

describe('where nothing waits on the path', () => {
  test('neither losses nor spoilt estimates lower the rate to nothing', () => {
    const controller = new BandwidthController(MAX);
    for (let second = 0; second < 60; second++) {
      controller.onLoss(0.6, controller.target, second * 1000, 20);
      controller.onEstimate(1000, controller.target, second * 1000);
    }
    expect(controller.target).toBe(LOSSY_BITRATE);
  });

  test('and then something does, the rate falls further', () => {
    const controller = new BandwidthController(MAX);
    for (let second = 0; second < 60; second++) {
      controller.onLoss(0.6, controller.target, second * 1000, second < 10 ? 20 : 400);
      controller.onEstimate(60_000, controller.target, second * 1000);
    }
    expect(controller.target).toBe(MIN_BITRATE);
  });
});

describe('on a narrow path', () => {
  test('the rate falls to what it carries', () => {
    const target = send(new BandwidthController(MAX), { chance: 0, capacity: 300_000 }, 60);
    expect(target).toBeLessThan(340_000);
    expect(target).toBeGreaterThan(200_000);
  });

  test('losses that it causes are not taken for chance, also where it became narrow all at once', () => {
    const controller = new BandwidthController(MAX);
    send(controller, { chance: 0, capacity: 1_200_000 }, 60);
    expect(send(controller, { chance: 0, capacity: 150_000 }, 60, 60)).toBeLessThan(180_000);
  });

  test('that carries nothing, the rate falls to the least', () => {
    expect(send(new BandwidthController(MAX), { chance: 0, capacity: 10_000 }, 120)).toBe(MIN_BITRATE);
  });
});
