import { describe, expect, test } from '@jest/globals';
import { HavenError } from '@haven/protocol';
import { readConfig } from '../config/config.ts';
import { NetworkList } from '../config/networks.ts';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import { AddressLimits } from './address-limits.ts';
import { Admission } from './admission.ts';
import { OVERLOAD_RECOVERY_MS } from './overload.ts';
import { RETURN_WITHIN_MS } from './returning.ts';
import { Slots } from './slots.ts';

/** A clock that a test moves. */
class Clock {
  now = 1_000_000;
  readonly read = (): number => this.now;
}

function refusalOf(run: () => unknown): HavenError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof HavenError) return error;
    throw error;
  }
}

describe('places', () => {
  test('are refused when all are taken, with a time to come back, in words too', async () => {
    const slots = new Slots(1, () => 0);
    await slots.take('a');
    await expect(slots.take('b')).rejects.toMatchObject({
      code: 'CAPACITY_EXCEEDED',
      message: 'All 1 places are taken. One is expected to be free in about 2 min.',
      retryAfterMs: 120_000,
    });
  });

  test('are expected to be free as often as they were given back lately', async () => {
    const clock = new Clock();
    const slots = new Slots(1, clock.read);
    for (let guest = 0; guest < 4; guest++) {
      const leave = await slots.take('a');
      leave();
      clock.now += 10_000;
    }
    await slots.take('a');
    await expect(slots.take('b')).rejects.toMatchObject({ retryAfterMs: 10_000 });
  });

  test('of one key are one place, free when the last holder leaves', async () => {
    const slots = new Slots(1, () => 0);
    const [first, second] = [await slots.take('a'), await slots.take('a')];
    first();
    first();
    expect(slots.taken).toBe(1);
    second();
    expect(slots.taken).toBe(0);
  });

  test('of all nodes are refused to whom this one would take, and given back with the last holder', async () => {
    const slots = new Slots(5, () => 0);
    const held = new Set<string>();
    slots.shareWith({
      limit: 1,
      get taken() {
        return held.size;
      },
      take: (key) => Promise.resolve((held.size === 0 || held.has(key)) && held.add(key).has(key)),
      leave: (key) => Promise.resolve(void held.delete(key)),
    });
    const [first, second] = [await slots.take('a'), await slots.take('a')];
    await expect(slots.take('b')).rejects.toMatchObject({ code: 'CAPACITY_EXCEEDED' });
    expect(slots.taken).toBe(1);
    first();
    expect([...held]).toEqual(['a']);
    second();
    expect([...held]).toEqual([]);
  });

  test('of all nodes are not expected sooner because many are refused', async () => {
    const clock = new Clock();
    const slots = new Slots(5, clock.read);
    slots.shareWith({
      ...{ limit: 1, taken: 1 },
      take: () => Promise.resolve(false),
      leave: () => Promise.resolve(),
    });
    for (let newcomer = 0; newcomer < 10; newcomer++) {
      await expect(slots.take(`newcomer ${newcomer}`)).rejects.toMatchObject({ retryAfterMs: 120_000 });
      clock.now += 1_000;
    }
    expect(slots.taken).toBe(0);
  });
});

describe('an address', () => {
  const bounds = { connectionsPerAddress: 3, attemptsPerMinute: 10 };
  const create = () => new AddressLimits(new NetworkList(['198.51.100.0/24']), bounds);

  test('has so many connections at a time', async () => {
    const limits = create();
    const connections = Array.from({ length: 3 }, () => limits.connected('192.0.2.1'));
    await expect(limits.assertMayConnect('192.0.2.1')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await limits.assertMayConnect('192.0.2.2');
    connections[0]!();
    await limits.assertMayConnect('192.0.2.1');
  });

  test('has so many attempts a minute that come to nothing; those that succeed cost none', async () => {
    const limits = create();
    for (let attempt = 0; attempt < 30; attempt++) {
      await limits.assertMayConnect('192.0.2.1');
      await limits.succeeded('192.0.2.1');
    }
    for (let attempt = 0; attempt < 10; attempt++) await limits.assertMayConnect('192.0.2.1');
    await expect(limits.assertMayConnect('192.0.2.1')).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retryAfterMs: expect.any(Number),
    });
  });

  test('may not sign in any more after ten refusals', async () => {
    const limits = create();
    for (let refusal = 0; refusal < 12; refusal++) await limits.countRefusal('192.0.2.1');
    await expect(limits.assertMaySignIn('192.0.2.1')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await limits.assertMaySignIn('192.0.2.2');
  });

  test('of this machine or of a trusted network is not limited', async () => {
    const limits = create();
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1', '198.51.100.7']) {
      for (let attempt = 0; attempt < 12; attempt++) {
        limits.connected(address);
        await limits.countRefusal(address);
        await limits.assertMayConnect(address);
      }
      await limits.assertMaySignIn(address);
    }
  });
});

describe('a newcomer', () => {
  function node(connections = 10) {
    const clock = new Clock();
    const config = readConfig({ HAVEN_MAX_CONNECTIONS: String(connections) });
    const telemetry = new QuietTelemetry();
    return { clock, telemetry, admission: new Admission(config, telemetry, clock.read) };
  }

  test('is refused from nine tenths of the connections on, until a minute after they were fewer', () => {
    const { admission, clock, telemetry } = node();
    const leave = Array.from({ length: 9 }, () => admission.entered('inside'));
    expect(refusalOf(() => admission.assertOpen('new'))).toMatchObject({
      code: 'OVERLOADED',
      status: 503,
      message: expect.stringContaining('about 2 min'),
      retryAfterMs: 120_000,
    });
    expect(telemetry.counts.get('haven_refusals_total')).toBe(1);
    leave[0]!();
    clock.now += OVERLOAD_RECOVERY_MS - 1;
    admission.observe();
    expect(refusalOf(() => admission.assertOpen('new'))?.code).toBe('OVERLOADED');
    clock.now += 1;
    admission.observe();
    admission.assertOpen('new');
  });

  test('is let in by an administrator’s reset until it is too much again', () => {
    const { admission } = node();
    const leave = Array.from({ length: 9 }, () => admission.entered('inside'));
    admission.overload.reset();
    admission.observe();
    admission.assertOpen('new');
    leave[0]!();
    admission.observe();
    admission.entered('inside');
    expect(refusalOf(() => admission.assertOpen('new'))?.code).toBe('OVERLOADED');
  });

  test('is refused while memory is short, and while the machine can give up no more', () => {
    const { admission, clock } = node();
    admission.machineChanged(0.91, 'none');
    expect(refusalOf(() => admission.assertOpen('new'))?.code).toBe('OVERLOADED');
    expect(admission.overload.cause).toBe('memory');
    clock.now += OVERLOAD_RECOVERY_MS;
    admission.machineChanged(0.5, 'refusing');
    expect(refusalOf(() => admission.assertOpen('new'))).toMatchObject({
      code: 'OVERLOADED',
      retryAfterMs: 20_000,
    });
    admission.machineChanged(0.5, 'off-screen');
    admission.assertOpen('new');
  });

  test('is refused while the node is drained', () => {
    const { admission } = node();
    admission.setDrain('begun');
    expect(refusalOf(() => admission.assertOpen('new'))).toMatchObject({
      code: 'DRAINING',
      retryAfterMs: 5_000,
    });
    admission.setDrain('none');
    admission.assertOpen('new');
  });

  test('who comes by a balancer is sent on to another node while the node is drained', async () => {
    const { admission } = node();
    const comes = (byBalancer: boolean) => admission.assertMayConnect('192.0.2.1', byBalancer);
    admission.setDrain('begun', false);
    await comes(true);
    admission.setDrain('begun', true);
    await comes(false);
    await expect(comes(true)).rejects.toMatchObject({ code: 'DRAINING', status: 503 });
    admission.setDrain('none', true);
    await comes(true);
  });

  test('is told from those who return, for as long as a session can be taken up', () => {
    const { admission, clock } = node();
    const leave = admission.returning.entered('known');
    admission.setDrain('begun');
    admission.assertOpen('known');
    leave();
    leave();
    clock.now += RETURN_WITHIN_MS;
    admission.assertOpen('known');
    clock.now += 1;
    expect(refusalOf(() => admission.assertOpen('known'))?.code).toBe('DRAINING');
  });

  test('is whoever was sent away, unless another session goes on with the same token', () => {
    const { admission } = node();
    const leave = [admission.returning.entered('known'), admission.returning.entered('known')];
    admission.setDrain('begun');
    leave[0]!();
    admission.returning.forget('known');
    admission.assertOpen('known');
    leave[1]!();
    admission.returning.forget('known');
    expect(refusalOf(() => admission.assertOpen('known'))?.code).toBe('DRAINING');
  });

  test('is not who stays for so long that thousands came and went meanwhile', () => {
    const { admission } = node();
    const leave = admission.returning.entered('stays');
    for (let guest = 0; guest < 5_000; guest++) admission.returning.entered(`guest ${guest}`)();
    leave();
    admission.setDrain('begun');
    admission.assertOpen('stays');
    expect(refusalOf(() => admission.assertOpen('guest 0'))?.code).toBe('DRAINING');
  });

  test('is everybody when a drain is over, until it is taken back', () => {
    const { admission } = node();
    admission.entered('known');
    admission.setDrain('over');
    expect(refusalOf(() => admission.assertOpen('known'))?.code).toBe('DRAINING');
    admission.setDrain('none');
    admission.assertOpen('known');
  });

  test('finds no way past the very limit of connections, as nobody does', async () => {
    const { admission } = node();
    for (let connection = 0; connection < 9; connection++) admission.connected();
    await admission.assertMayConnect('192.0.2.1');
    const leave = admission.connected();
    await expect(admission.assertMayConnect('192.0.2.1')).rejects.toMatchObject({ code: 'OVERLOADED' });
    leave();
    await admission.assertMayConnect('192.0.2.1');
  });

  test('finds every promised place of a node: overload begins only beyond them all', async () => {
    const clock = new Clock();
    const admission = new Admission(readConfig({}), new QuietTelemetry(), clock.read);
    for (let patient = 0; patient < 50; patient++) {
      admission.assertOpen('device');
      admission.entered(`device ${patient}`);
      await admission.devices.take(`P-${patient}`);
    }
    for (let viewer = 0; viewer < 200; viewer++) {
      admission.assertOpen('viewer');
      admission.entered(`viewer ${viewer}`);
      await admission.viewers.take(String(viewer));
    }
    await expect(admission.devices.take('P-50')).rejects.toMatchObject({ code: 'CAPACITY_EXCEEDED' });
    await expect(admission.viewers.take('200')).rejects.toMatchObject({ code: 'CAPACITY_EXCEEDED' });
  });
});
