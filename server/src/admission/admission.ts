import { HavenError, type DegradationStep } from '@haven/protocol';
import type { Config } from '../config/config.ts';
import type { Counter, Telemetry } from '../telemetry/telemetry.ts';
import { AddressLimits } from './address-limits.ts';
import { Departures, wordsFor } from './departures.ts';
import type { DrainStage } from './drain.ts';
import { limiterOfNode, type OpenLimiter } from './limiters.ts';
import { Overload, type Taken } from './overload.ts';
import { Returning } from './returning.ts';
import { Slots } from './slots.ts';
import { UserPlaces } from './user-places.ts';

/** When whoever meets a node that is being drained may try again, ms: a balancer sends them elsewhere at once. */
const DRAINING_RETRY_MS = 5_000;
/** While the machine itself is too busy there is no telling for how long, ms: the ladder falls no faster. */
const BUSY_RETRY_MS = 20_000;

type Options = Pick<Config, 'limits' | 'trustedNetworks'> & { openLimiter?: OpenLimiter };

/** Who is let in, decided before any transport exists, any token is verified or any database is asked. */
export class Admission {
  /** One place a patient with a device. */
  readonly devices: Slots;
  /** One place a session that watches a room. */
  readonly viewers: Slots;
  /** Of the viewers' places those that one user takes with players over HTTP. */
  readonly players: UserPlaces;
  readonly addresses: AddressLimits;
  readonly returning: Returning;
  readonly overload: Overload;
  readonly #limits: Options['limits'];
  readonly #refusals: Counter;
  readonly #departures: Departures;
  #connections = 0;
  /** Of the connections those that were let in: the others are gone in a moment. */
  #sessions = 0;
  #memory = 0;
  #step: DegradationStep = 'none';
  #drain: DrainStage = 'none';
  /** Another node takes whom this one does not. */
  #elsewhere = false;

  constructor(
    { limits, trustedNetworks, openLimiter = limiterOfNode }: Options,
    telemetry: Telemetry,
    clock: () => number,
  ) {
    this.#limits = limits;
    this.addresses = new AddressLimits(trustedNetworks, limits, openLimiter);
    this.returning = new Returning(clock);
    this.overload = new Overload(clock);
    this.#departures = new Departures(clock);
    this.#refusals = telemetry.counter('haven_refusals_total', 'Newcomers that were refused, by the reason');
    this.devices = new Slots(limits.devices, clock, () => this.#refused('devices'));
    this.viewers = new Slots(limits.viewers, clock, () => this.#refused('viewers'));
    this.players = new UserPlaces(limits.playersPerUser, () => this.#refused('players'));
    telemetry.gauge('haven_active_viewers', 'Sessions that watch a room', () => this.viewers.taken);
    telemetry.gauge(
      'haven_signalling_connections',
      'Open signalling connections, of those who were not let in too',
      () => this.#connections,
    );
    telemetry.gauge('haven_limit_taken', 'What is taken of each limit', () =>
      this.limits.map(({ name, taken }) => ({ value: taken, attributes: { limit: name } })),
    );
    telemetry.gauge('haven_limit', 'The limits of this node', () =>
      this.limits.map(({ name, limit }) => ({ value: limit, attributes: { limit: name } })),
    );
    telemetry.gauge('haven_overloaded', 'Whether overload mode refuses newcomers', () =>
      this.overload.active ? 1 : 0,
    );
  }

  /** What is taken of everything that a node has a limit of. */
  get limits(): Taken[] {
    const { devices, viewers, connections } = this.#limits;
    return [
      { name: 'devices', taken: this.devices.taken, limit: devices },
      { name: 'viewers', taken: this.viewers.taken, limit: viewers },
      ...commonOf('devices', this.devices),
      ...commonOf('viewers', this.viewers),
      ...this.#overloading(connections),
    ];
  }

  /** @param memory share of it that is in use, 0–1 */
  machineChanged(memory: number, step: DegradationStep): void {
    this.#memory = memory;
    this.#step = step;
    this.observe();
  }

  /**
   * Whom the node still takes while it is taken out of service.
   * @param elsewhere whether another node takes those whom this one does not
   */
  setDrain(stage: DrainStage, elsewhere = false): void {
    this.#drain = stage;
    this.#elsewhere = elsewhere;
  }

  /** Counts a signalling connection, whoever comes by it. @returns counts it out again; to be called once */
  connected(): () => void {
    this.#connections += 1;
    return () => {
      this.#connections -= 1;
    };
  }

  /** Counts a session that was let in. @returns to be called once, when it ended */
  entered(token: string): () => void {
    const leave = this.returning.entered(token);
    this.#sessions += 1;
    this.observe();
    return () => {
      leave();
      this.#sessions -= 1;
      this.#departures.left();
    };
  }

  /** Looks whether overload begins or ends; called each second as well. */
  observe(): void {
    this.overload.observe(this.#overloading(this.#limits.connections));
  }

  /**
   * To be asked before anything else of a connection: nothing is known of it but where it comes from. The very limit
   * holds for those who return as well.
   * @param byBalancer it goes on to the next node when this one refuses: so do those who return, while this one drains
   * @throws HavenError DRAINING, OVERLOADED, RATE_LIMITED
   */
  async assertMayConnect(address: string, byBalancer = false): Promise<void> {
    if (byBalancer && this.#drain !== 'none' && this.#elsewhere) throw this.#isDraining();
    if (this.#connections >= this.#limits.connections) throw this.#overloaded('connections');
    try {
      await this.addresses.assertMayConnect(address);
    } catch (error) {
      this.#refused('address');
      throw error;
    }
  }

  /**
   * To be asked of every newcomer but CV workers, which everybody in a bed depends on.
   * @param token as it was given; who has or just had a session with it is let in until a drain is over
   * @throws HavenError DRAINING, OVERLOADED
   */
  assertOpen(token: string): void {
    const { cause } = this.overload;
    const draining = this.#drain !== 'none';
    if (!draining && this.#step !== 'refusing' && cause === null) return;
    if (this.#drain !== 'over' && this.returning.has(token)) return;
    if (draining) throw this.#isDraining();
    throw this.#overloaded(cause ?? 'processor');
  }

  /** Connections and memory may run out; places of devices and viewers are promised, down to the last. */
  #overloading(connections: number): Taken[] {
    return [
      { name: 'connections', taken: this.#sessions, limit: connections },
      { name: 'memory', taken: this.#memory, limit: 1 },
    ];
  }

  #isDraining(): HavenError {
    this.#refused('draining');
    return new HavenError('DRAINING', undefined, { retryAfterMs: DRAINING_RETRY_MS });
  }

  #overloaded(reason: string): HavenError {
    this.#refused(reason);
    const expected = reason === 'processor' ? BUSY_RETRY_MS : this.#departures.waitMs;
    const retryAfterMs = Math.max(expected, this.overload.endsInMs);
    return new HavenError(
      'OVERLOADED',
      `The server is at its limit. Newcomers are expected to be let in again in ${wordsFor(retryAfterMs)}.`,
      { retryAfterMs },
    );
  }

  #refused(reason: string): void {
    this.#refusals.add(1, { reason });
  }
}

/** What is taken of the places of all nodes together, if they are bounded. */
function commonOf(name: string, { common }: Slots): Taken[] {
  return common === undefined
    ? []
    : [{ name: `${name}-of-all-nodes`, taken: common.taken, limit: common.limit }];
}
