import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { HavenError } from '@haven/protocol';
import { PATIENCE_MS, PathWatch, SILENCE_MS } from './path-watch.ts';

let addresses: string;
let connected: boolean;
let restart: jest.Mock<() => Promise<void>>;
let giveUp: jest.Mock<() => void>;
let watch: PathWatch;

beforeEach(() => {
  addresses = '192.0.2.1';
  connected = true;
  restart = jest.fn(() => Promise.resolve());
  giveUp = jest.fn();
  watch = new PathWatch({ addresses: () => addresses, connected: () => connected, restart, giveUp }, 0);
});

async function look(now: number): Promise<void> {
  watch.look(now);
  await new Promise((resolve) => setImmediate(resolve));
}

describe('a path', () => {
  test('on which reports come is left alone', async () => {
    for (let now = 0; now < 60_000; now += 1000) {
      watch.heard(now);
      await look(now);
    }
    expect(restart).not.toHaveBeenCalled();
  });

  test('is restarted at once when the machine has another address', async () => {
    watch.heard(900);
    addresses = '198.51.100.1';
    await look(1000);
    await look(2000);
    expect(restart).toHaveBeenCalledTimes(1);
  });

  test('is restarted when ICE says that it is gone', async () => {
    watch.broke();
    await look(1000);
    expect(restart).toHaveBeenCalledTimes(1);
  });

  test('is restarted after a silence, and given up when two restarts brought nothing', async () => {
    const first = SILENCE_MS + 1;
    const second = first + PATIENCE_MS + 1;
    const third = second + PATIENCE_MS + 1;
    for (const now of [SILENCE_MS, first, second - 2, second]) await look(now);
    expect(restart).toHaveBeenCalledTimes(2);
    expect(giveUp).not.toHaveBeenCalled();
    await look(third);
    expect(giveUp).toHaveBeenCalledTimes(1);
  });

  test('waits for signalling, however long it is away', async () => {
    connected = false;
    for (const now of [10_000, 20_000, 30_000]) await look(now);
    expect(restart).not.toHaveBeenCalled();
    connected = true;
    await look(31_000);
    expect(restart).toHaveBeenCalledTimes(1);
  });

  test('is asked for again where nobody answered', async () => {
    restart.mockImplementation(() => Promise.reject(new HavenError('TIMEOUT')));
    for (let now = 7000; now < 20_000; now += 1000) await look(now);
    expect(restart.mock.calls.length).toBeGreaterThan(3);
    expect(giveUp).not.toHaveBeenCalled();
  });

  test('is given up where the server does not know the stream any more', async () => {
    restart.mockRejectedValue(new HavenError('STREAM_UNKNOWN'));
    await look(7000);
    expect(giveUp).toHaveBeenCalledTimes(1);
  });
});
