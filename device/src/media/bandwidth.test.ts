import { describe, expect, test } from '@jest/globals';
import { BandwidthController, MIN_BITRATE } from './bandwidth.ts';

const MAX = 1_300_000;

/** Reports once a second from `from` on, for so many seconds. */
function report(controller: BandwidthController, lossFraction: number, from: number, seconds: number): void {
  for (let second = 0; second < seconds; second++)
    controller.onLoss(lossFraction, MAX, (from + second) * 1000);
}

describe('the bandwidth controller', () => {
  test('starts at the most that it may use and never exceeds it', () => {
    const controller = new BandwidthController(MAX);
    controller.onEstimate(5_000_000, MAX, 0);
    report(controller, 0, 0, 30);
    expect(controller.target).toBe(MAX);
  });

  test('falls to an estimate below what is sent', () => {
    const controller = new BandwidthController(MAX);
    controller.onEstimate(500_000, MAX, 0);
    expect(controller.target).toBe(500_000);
  });

  test('is not misled by an estimate that only shows how little there was to send', () => {
    const controller = new BandwidthController(MAX);
    controller.onEstimate(300_000, 290_000, 0);
    expect(controller.target).toBe(MAX);
  });

  test('falls with heavy loss, not again before that can show, and holds with moderate loss', () => {
    const controller = new BandwidthController(MAX);
    controller.onLoss(0.2, 0, 1000);
    controller.onLoss(0.2, 0, 1100);
    expect(controller.target).toBe(MAX * 0.9);
    report(controller, 0.05, 3, 10);
    expect(controller.target).toBe(MAX * 0.9);
  });

  test('does not fall with loss below what came through', () => {
    const controller = new BandwidthController(MAX);
    controller.onEstimate(400_000, MAX, -2000);
    controller.onLoss(0.6, 1_000_000, 1000);
    expect(controller.target).toBe(340_000);
  });

  test('grows by eight per cent a second while nothing is lost, up to the estimate', () => {
    const controller = new BandwidthController(MAX);
    controller.onEstimate(500_000, MAX, 0);
    controller.onLoss(0, 500_000, 0);
    controller.onEstimate(600_000, 500_000, 0);
    controller.onLoss(0, 500_000, 1000);
    expect(controller.target).toBeCloseTo(540_000, -4);
    report(controller, 0, 2, 20);
    expect(controller.target).toBe(600_000);
  });

  test('never falls below a picture in which a face can be found', () => {
    const controller = new BandwidthController(MAX);
    controller.onEstimate(1000, MAX, 0);
    for (let second = 0; second < 60; second++) controller.onLoss(0.9, 0, second * 1000);
    expect(controller.target).toBe(MIN_BITRATE);
  });
});
