import { HavenError, type OperationsState, type ServerLoad } from '@haven/protocol';
import type { Admission } from '../admission/admission.ts';
import { DegradationLadder } from '../admission/degradation-ladder.ts';
import { Drain } from '../admission/drain.ts';
import { MoveOn } from '../admission/move-on.ts';
import { strainOf, type MachineLoad } from '../admission/strain.ts';
import type { Sfu } from '../sfu/sfu.ts';
import type { Counter, Telemetry } from '../telemetry/telemetry.ts';
import { SessionWatch } from './session-watch.ts';
import { tokenOf } from './handshake.ts';
import type { Sessions } from './sessions.ts';
import type {
  CvNamespace,
  DeviceNamespace,
  DeviceSocket,
  MonitorNamespace,
  MonitorSocket,
} from './sockets.ts';

/** What tells how busy the machine is; asked once a second. */
export type MachineReader = { read(): Promise<MachineLoad>; close(): void };

/** Beyond this share of the memory the longest idle viewers leave, one each second. */
const HIGH_MEMORY = 0.9;

/** How often a drain looks whether everybody has left, ms. */
const LOOK_AGAIN_MS = 100;

/** The other nodes of a cluster. */
export type OtherNodes = {
  /** Whether one of them takes newcomers. */
  readonly areOpen: boolean;
  /** They are told whether this one takes newcomers. */
  tellDraining(draining: boolean): void;
};

type Parts = {
  admission: Admission;
  machine: MachineReader;
  sessions: Pick<Sessions, 'end'>;
  sfu: Pick<Sfu, 'relieve' | 'streams'>;
  telemetry: Telemetry;
  clock: () => number;
  monitors: MonitorNamespace;
  devices: DeviceNamespace;
  cvWorkers: CvNamespace;
  /** None: the server is alone. */
  others: OtherNodes | undefined;
};

const NO_LOAD: MachineLoad = {
  ...{ processor: 0, ownProcessor: 0, mainThread: 0, busiestMediaWorker: 0 },
  ...{ eventLoopDelayMs: 0, memory: 0 },
};

/** Runs the node: what it gives up under load, when it refuses newcomers, and how it is taken out of service. */
export class Operations {
  readonly #parts: Parts;
  readonly #ladder = new DegradationLadder();
  readonly #drain: Drain;
  readonly #moveOn = new MoveOn();
  readonly #viewers: SessionWatch<MonitorSocket>;
  readonly #bedsides: SessionWatch<DeviceSocket>;
  readonly #reaped: Counter;
  #machine = NO_LOAD;
  #told: ServerLoad;
  #reading = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { telemetry, clock, cvWorkers, devices, monitors, sfu } = parts;
    this.#viewers = new SessionWatch(clock);
    this.#bedsides = new SessionWatch(clock);
    this.#reaped = telemetry.counter('haven_reaped_total', 'What was ended since nobody used it, by kind');
    this.#drain = new Drain({
      clock,
      changed: (deadline) => this.#drainChanged(deadline),
      over: () => this.#endAll(),
    });
    this.#told = this.load;
    telemetry.gauge(
      'haven_degradation_step',
      'What is given up under load, 0 (nothing) to 4',
      () => this.#ladder.level,
    );
    telemetry.gauge('haven_draining', 'Whether the node is being taken out of service', () =>
      this.#drain.active ? 1 : 0,
    );
    telemetry.gauge(
      'haven_event_loop_delay_ms',
      'Delay of the event loop, 99th percentile of a second',
      () => this.#machine.eventLoopDelayMs,
    );
    cvWorkers.on('connection', (socket) => {
      if (this.#ladder.level > 0) socket.emit('analysis:pace', { reduced: true });
    });
    monitors.on('connection', (socket) => {
      // Its own id is one of them.
      this.#viewers.follow(socket, () => socket.rooms.size > 1);
    });
    devices.on('connection', (socket) => {
      const { patientId } = socket.data.principal;
      this.#bedsides.follow(socket, () => sfu.streams.ofPatient(patientId) !== undefined);
      const { deadline } = this.#drain;
      if (deadline !== null) socket.emit('server:draining', { deadline });
    });
  }

  get load(): ServerLoad {
    return {
      step: this.#ladder.step,
      overloaded: this.#parts.admission.overload.active,
      drainingUntil: this.#drain.deadline,
    };
  }

  get draining(): boolean {
    return this.#drain.active;
  }

  get state(): OperationsState {
    const { admission } = this.#parts;
    return {
      load: this.load,
      overloadedBy: admission.overload.cause,
      limits: admission.limits,
      machine: this.#machine,
    };
  }

  /** To be called each second. */
  async tick(): Promise<void> {
    this.#drain.examine();
    if (this.#drain.active) this.#sendOn();
    if (this.#drain.over) this.#endLate();
    const idle = this.#viewers.endIdle() + this.#bedsides.endIdle();
    if (idle > 0) this.#reaped.add(idle, { kind: 'connection' });
    if (this.#reading) return;
    this.#reading = true;
    try {
      this.#machine = await this.#parts.machine.read();
    } catch (error) {
      this.#parts.telemetry.logger.warn({ err: error }, 'the load of the machine could not be read');
    } finally {
      this.#reading = false;
    }
    this.#weigh();
  }

  /** No new sessions from now on; those that run end after this time, ms. */
  drain(withinMs: number): void {
    this.#drain.start(withinMs);
  }

  /** Drains until nobody is left, for this long at most, ms. @returns false when it was taken back */
  async drained(withinMs: number): Promise<boolean> {
    const { admission } = this.#parts;
    this.#drain.start(withinMs);
    while (this.#drain.active && !this.#drain.over && admission.viewers.taken + admission.devices.taken > 0) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      this.#drain.examine();
    }
    return this.#drain.active;
  }

  /** @throws HavenError ALREADY_DONE */
  undrain(): void {
    if (!this.#drain.cancel()) throw new HavenError('ALREADY_DONE', 'The server is not being drained.');
  }

  resetOverload(): void {
    this.#parts.admission.overload.reset();
    this.#tell();
  }

  close(): void {
    this.#parts.machine.close();
  }

  #weigh(): void {
    const { admission, sfu, clock, cvWorkers, telemetry } = this.#parts;
    const before = this.#ladder.step;
    const step = this.#ladder.update(clock(), strainOf(this.#machine));
    if (step !== before) {
      telemetry.logger.warn({ step, ...this.#machine }, 'the step of degradation changed');
      sfu.relieve(step);
      if ((step === 'none') !== (before === 'none')) {
        cvWorkers.emit('analysis:pace', { reduced: step !== 'none' });
      }
    }
    admission.machineChanged(this.#machine.memory, step);
    if (this.#machine.memory >= HIGH_MEMORY) this.#sendAway(this.#viewers.endLongestIdle());
    this.#tell();
  }

  /** Who was in nobody's sight does not come straight back. */
  #sendAway(socket: MonitorSocket | undefined): void {
    if (socket === undefined) return;
    const { returning } = this.#parts.admission;
    returning.forget(tokenOf(socket.handshake.auth));
    // The newest, if the session was renewed.
    returning.forget(socket.data.principal.accessToken);
    this.#reaped.add(1, { kind: 'viewer' });
  }

  #drainChanged(deadline: number | null): void {
    const { admission, clock, devices, monitors, others } = this.#parts;
    const draining = deadline !== null;
    admission.setDrain(this.#drain.stage, others?.areOpen);
    others?.tellDraining(draining);
    // Walls last: until they move they see each patient come to another node.
    const clients = [...devices.sockets.values(), ...monitors.sockets.values()];
    if (draining) this.#moveOn.begin(clients, clock(), deadline);
    else this.#moveOn.cancel();
    devices.emit('server:draining', { deadline });
    this.#tell();
  }

  #sendOn(): void {
    const { admission, clock, others } = this.#parts;
    if (others === undefined) return;
    admission.setDrain(this.#drain.stage, others.areOpen);
    if (others.areOpen) this.#moveOn.next(clock());
  }

  /** Whoever was being let in when the deadline came. */
  #endLate(): void {
    const { admission, sfu } = this.#parts;
    if (admission.viewers.taken > 0 || sfu.streams.live().length > 0) this.#endAll();
  }

  #endAll(): void {
    const { admission, others, sessions, sfu } = this.#parts;
    admission.setDrain(this.#drain.stage, others?.areOpen);
    for (const stream of sfu.streams.live()) stream.end('server-stopping');
    sessions.end('SHUTTING_DOWN');
  }

  #tell(): void {
    const { load } = this;
    const { step, overloaded, drainingUntil } = this.#told;
    if (load.step === step && load.overloaded === overloaded && load.drainingUntil === drainingUntil) return;
    this.#told = load;
    this.#parts.monitors.emit('server:load', load);
  }
}
