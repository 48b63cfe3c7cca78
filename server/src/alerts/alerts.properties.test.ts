/** Random days of a patient before the whole service: disks that fill, restarts, people, limits, repetitions. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  DEFAULT_ALERT_LIMITS,
  HavenError,
  type Alert,
  type AlertLimits,
  type Observation,
} from '@haven/protocol';
import fc from 'fast-check';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import { Alerts } from './alerts.ts';
import type { RunningDelay } from './running-delays.ts';

const RUNS = 120;
const ROOM = 'ward-a';
const nurse = {
  kind: 'user',
  userId: randomUUID(),
  displayName: 'N',
  accessToken: '',
  expiresAt: 0,
} as const;
const telemetry = new QuietTelemetry();

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('pulse' as const),
      value: fc.constantFrom(null, 80, 80, 128, 141, 141, 38),
      seconds: fc.integer({ min: 1, max: 25 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 30_000 }) }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'fall' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'repeat' as const }) },
  { weight: 4, arbitrary: fc.constant({ kind: 'acknowledge' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'silence' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('disk' as const), full: fc.boolean() }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'restart' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('clock' as const),
      by: fc.integer({ min: -3_600_000, max: 3_600_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('limits' as const), pulseHigh: fc.constantFrom(110, 130, 160) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** The disk: every version that was kept, in order. */
class Disk {
  readonly versions: Alert[] = [];
  full = false;
  keepAlert = (alert: Alert) => {
    if (this.full) return Promise.reject(new HavenError('STORAGE_FULL'));
    this.versions.push(alert);
    return Promise.resolve();
  };
  patient = (id: string) =>
    Promise.resolve({ id, roomId: ROOM, name: 'N', bed: '1', analysisMode: 'both' as const });
  activeAlerts = () => Promise.resolve([...this.newest().values()].filter(({ active }) => active));
  lastEpisodes = () =>
    Promise.resolve(
      [...this.newest().values()].map(({ patientId, rule, episode }) => ({ patientId, rule, episode })),
    );

  newest(): Map<string, Alert> {
    const newest = new Map<string, Alert>();
    for (const alert of this.versions) {
      if ((newest.get(alert.id)?.version ?? 0) < alert.version) newest.set(alert.id, alert);
    }
    return newest;
  }
}

/** The service, its patient, and a viewer who checks everything that is shown. */
class Ward {
  readonly #disk = new Disk();
  readonly #screen = new Map<string, Alert>();
  readonly #episodes = new Map<string, string>();
  #alerts!: Alerts;
  #limits: AlertLimits = DEFAULT_ALERT_LIMITS;
  #running: readonly RunningDelay[] = [];
  #steady = 50_000;
  #systemOffset = 1e12;
  #last: Observation | undefined;

  async open(): Promise<void> {
    this.#alerts = await Alerts.start({
      records: this.#disk,
      audit: { done: () => undefined },
      telemetry,
      limits: { of: () => this.#limits },
      delays: { ofLastRun: this.#running, keep: (running) => (this.#running = running) },
      clock: () => this.#steady + this.#systemOffset,
      steady: () => this.#steady,
    });
    this.#alerts.onAlert((alert) => this.#shown(alert));
    // Whoever joins after a restart finds every alert that was on the screen before.
    const onScreen = [...this.#screen.values()].filter(({ active }) => active);
    expect(byId(this.#alerts.active(ROOM))).toEqual(byId(onScreen));
  }

  async play(what: Step): Promise<void> {
    switch (what.kind) {
      case 'pulse':
        for (let second = 0; second < what.seconds; second++) {
          await this.#wait(1000);
          await this.#observe(this.#pulse(what.value));
        }
        break;
      case 'wait':
        await this.#wait(what.ms);
        break;
      case 'fall':
        await this.#wait(100);
        await this.#observe({ ...this.#identity(), kind: 'event', event: 'fall', confidence: 1 });
        break;
      case 'repeat':
        if (this.#last !== undefined) await this.#alerts.observe([this.#last]);
        break;
      case 'acknowledge':
        await this.#act((id) => this.#alerts.acknowledge(id, nurse, null));
        break;
      case 'silence':
        await this.#act((id) => this.#alerts.silence(id, nurse, 60, null));
        break;
      case 'disk':
        this.#disk.full = what.full;
        break;
      case 'restart':
        // What a full disk refused is what a restart may forget: that is documented, and left out here.
        this.#disk.full = false;
        await this.close();
        await this.open();
        break;
      case 'clock':
        this.#systemOffset += what.by;
        break;
      case 'limits':
        this.#limits = { ...DEFAULT_ALERT_LIMITS, pulseHigh: what.pulseHigh };
    }
  }

  /** Two minutes in which nothing is measured clear nothing. */
  async goDark(): Promise<void> {
    const before = this.#alerts.active(ROOM).filter(({ condition }) => condition === 'present');
    for (let second = 0; second < 120; second += 20) {
      await this.#wait(20_000);
      await this.#observe(this.#pulse(null));
    }
    for (const { id } of before) {
      expect(this.#screen.get(id)).toMatchObject({ condition: 'present', active: true });
    }
  }

  async close(): Promise<void> {
    this.#disk.full = false;
    await this.#alerts.close();
    expect(this.#alerts.unwritten).toBe(0);
    expect(byId(this.#disk.newest().values())).toEqual(byId(this.#screen.values()));
  }

  #shown(alert: Alert): void {
    const known = this.#screen.get(alert.id);
    const kept = this.#disk.versions.some(({ id, version }) => id === alert.id && version === alert.version);
    expect(kept || this.#disk.full).toBe(true);
    expect(alert.version).toBe((known?.version ?? 0) + 1);
    const episode = `${alert.rule} ${alert.episode}`;
    expect(this.#episodes.get(episode) ?? alert.id).toBe(alert.id);
    this.#episodes.set(episode, alert.id);
    if (alert.priority === 'high' && !alert.active) {
      expect(alert.condition).toBe('cleared');
      expect(alert.acknowledgement).not.toBeNull();
    }
    this.#screen.set(alert.id, alert);
  }

  async #wait(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 500) {
      const part = Math.min(500, ms - passed);
      this.#steady += part;
      await jest.advanceTimersByTimeAsync(part);
    }
  }

  async #observe(observation: Observation): Promise<void> {
    this.#last = observation;
    await this.#alerts.observe([observation]);
  }

  async #act(act: (alertId: string) => Promise<Alert>): Promise<void> {
    const [alert] = this.#alerts.active(ROOM);
    if (alert === undefined) return;
    const before = this.#screen.get(alert.id);
    try {
      await act(alert.id);
    } catch (error) {
      expect(error).toMatchObject({ code: 'STORAGE_FULL' });
      expect(this.#screen.get(alert.id)).toBe(before);
    }
  }

  #identity() {
    const id = randomUUID();
    const at = this.#steady + 1e12;
    return {
      id,
      assignmentId: id,
      epoch: 0,
      patientId: 'P-101',
      streamId: id,
      source: 'camera',
      at,
    } as const;
  }

  #pulse(value: number | null): Observation {
    const identity = this.#identity();
    return {
      ...identity,
      kind: 'vital',
      vital: {
        ...{ name: 'pulse', unit: '/min', quality: 0.9, method: 'test', windowMs: 10_000, value },
        ...{ state: value === null ? 'withheld' : 'measured', reason: value === null ? 'moving' : null },
        measuredAt: identity.at,
      },
    };
  }
}

function byId(alerts: Iterable<Alert>): Alert[] {
  return [...alerts].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

let cases = 0;
beforeAll(() => {
  jest.useFakeTimers({
    doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'performance', 'Date', 'hrtime'],
  });
});
afterAll(() => {
  jest.useRealTimers();
  process.stdout.write(`alert service: ${cases} random histories\n`);
});

test('whatever happens, every alert is kept, shown in order, and leaves the screen as its priority says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), async (steps) => {
      cases += 1;
      const ward = new Ward();
      await ward.open();
      for (const each of steps) await ward.play(each);
      await ward.goDark();
      await ward.close();
    }),
    { numRuns: RUNS },
  );
}, 60_000);
