import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { atExit } from './process.ts';

/** Private networks of tests; the third number is drawn, so that two runs beside each other hardly meet. */
const SHARED_NET = '10.213';
const CONSOLE_NET = '10.214';
const LARGEST_THIRD = 250;

/** A network of its own: machines (network namespaces) on one switch, at which this process is as well. */
export class TestNetwork {
  readonly #key = randomBytes(3).toString('hex');
  readonly #third = randomBytes(1).readUInt8() % LARGEST_THIRD;
  readonly #machines: TestMachine[] = [];
  #closed = false;

  /** Needs the right to make network namespaces. */
  constructor() {
    ip('link', 'add', this.#bridge, 'type', 'bridge');
    // The machine's own network must not keep what a test that fails has left.
    atExit(() => this.close());
    ip('address', 'add', `${this.address}/24`, 'dev', this.#bridge);
    ip('link', 'set', this.#bridge, 'up');
  }

  /** Where the machines reach this process. */
  get address(): string {
    return `${SHARED_NET}.${this.#third}.1`;
  }

  get #bridge(): string {
    return `hv${this.#key}`;
  }

  add(): TestMachine {
    const number = this.#machines.length + 2;
    const machine = new TestMachine({
      name: `haven-${this.#key}-${number}`,
      plug: `hv${this.#key}p${number}`,
      bridge: this.#bridge,
      address: `${SHARED_NET}.${this.#third}.${number}`,
      console: `hv${this.#key}c${number}`,
      consoleNet: `${CONSOLE_NET}.${this.#third}.${4 * number}`,
    });
    this.#machines.push(machine);
    return machine;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const machine of this.#machines) machine.close();
    ip('link', 'delete', this.#bridge);
  }
}

type Wiring = {
  name: string;
  /** The switch's end of the machine's cable. */
  plug: string;
  bridge: string;
  address: string;
  /** This process's end of a second cable, by which the machine is reached when the first one is cut. */
  console: string;
  consoleNet: string;
};

/** A machine with a cable that can be pulled. */
export class TestMachine {
  readonly #wiring: Wiring;

  constructor(wiring: Wiring) {
    this.#wiring = wiring;
    const { name, plug, bridge, console, consoleNet } = wiring;
    ip('netns', 'add', name);
    ip('link', 'add', plug, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    ip('link', 'set', plug, 'master', bridge, 'up');
    ip('link', 'add', console, 'type', 'veth', 'peer', 'name', 'console', 'netns', name);
    ip('address', 'add', `${nextTo(consoleNet, 1)}/30`, 'dev', console);
    ip('link', 'set', console, 'up');
    const inside = (...args: string[]) => ip('-netns', name, ...args);
    inside('address', 'add', `${this.address}/24`, 'dev', 'eth0');
    inside('address', 'add', `${this.consoleAddress}/30`, 'dev', 'console');
    for (const device of ['lo', 'eth0', 'console']) inside('link', 'set', device, 'up');
  }

  /** On the shared network. */
  get address(): string {
    return this.#wiring.address;
  }

  /** Where this process alone reaches it, whether the cable is pulled or not. */
  get consoleAddress(): string {
    return nextTo(this.#wiring.consoleNet, 2);
  }

  /** What a command has to begin with to run there. */
  get enter(): readonly string[] {
    return ['ip', 'netns', 'exec', this.#wiring.name];
  }

  /** Nothing goes through any more, and nobody is told. */
  pullCable(): void {
    ip('link', 'set', this.#wiring.plug, 'down');
  }

  plugIn(): void {
    ip('link', 'set', this.#wiring.plug, 'up');
  }

  close(): void {
    ip('link', 'delete', this.#wiring.plug);
    ip('link', 'delete', this.#wiring.console);
    ip('netns', 'delete', this.#wiring.name);
  }
}

/** Whether tests may make networks here: in many containers they may not. */
export function mayMakeNetworks(): boolean {
  let network: TestNetwork | undefined;
  try {
    network = new TestNetwork();
    network.add();
    return true;
  } catch {
    return false;
  } finally {
    network?.close();
  }
}

function nextTo(address: string, offset: number): string {
  const [last = 0, ...others] = address.split('.').map(Number).toReversed();
  return [last + offset, ...others].toReversed().join('.');
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
