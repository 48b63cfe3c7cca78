import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { answerSchema, type Answer, type Figures, type Order, type Outcome, type Plan } from './plan.ts';

/** One process serves so many: a thread of Node has room for about 50,000 packets a second. */
export const VIEWERS_A_PROCESS = 100;
export const PUBLISHERS_A_PROCESS = 100;
const UNEXPECTED = 'a process of the swarm answered something else';

/** One process of a swarm, from its parent's side. */
export class Member {
  readonly #process: ChildProcess;
  #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  constructor() {
    this.#process = fork(join(import.meta.dirname, 'member.ts'));
    this.#process.on('message', (message) => {
      const answer = answerSchema.parse(message);
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (answer.answer === 'failed') waiting?.reject(new Error(answer.message));
      else waiting?.resolve(answer);
    });
    this.#process.once('exit', () => this.#waiting?.reject(new Error('a process of the swarm ended')));
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Resolves when each has begun or was refused. @throws Error when the process fails */
  async run(plan: Plan): Promise<Outcome[]> {
    const answer = await this.#ask({ order: 'run', plan });
    if (answer.answer !== 'running') throw new Error(UNEXPECTED);
    return answer.outcomes;
  }

  async play(playing: boolean): Promise<void> {
    await this.#ask({ order: 'play', playing });
  }

  async take(): Promise<Figures> {
    const answer = await this.#ask({ order: 'take' });
    if (answer.answer !== 'figures') throw new Error(UNEXPECTED);
    return answer;
  }

  end(): void {
    this.#process.kill('SIGKILL');
  }

  #ask(order: Order): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#process.send(order);
    });
  }
}

/** Publishers and viewers in as few processes as carry them. */
export class Swarm {
  readonly #members: Member[] = [];

  get pids(): number[] {
    return this.#members.map(({ pid }) => pid);
  }

  /** Begins more of them. @returns how each one's beginning ended */
  async add(plan: Plan): Promise<Outcome[]> {
    const parts = partsOf(plan).map((part) => {
      const member = new Member();
      this.#members.push(member);
      return member.run(part);
    });
    return (await Promise.all(parts)).flat();
  }

  /** Whether publishers send. */
  async play(playing: boolean): Promise<void> {
    await Promise.all(this.#members.map((member) => member.play(playing)));
  }

  /** What each process saw and cost since the last call. */
  async take(): Promise<Figures[]> {
    return await Promise.all(this.#members.map((member) => member.take()));
  }

  end(): void {
    for (const member of this.#members) member.end();
  }
}

function partsOf(plan: Plan): Plan[] {
  if (plan.role === 'publishers') {
    return chunks(plan.streams, PUBLISHERS_A_PROCESS).map((streams) => ({ ...plan, streams }));
  }
  const parts = chunks(plan.viewers, VIEWERS_A_PROCESS);
  const joinsPerSecond = plan.joinsPerSecond / Math.max(1, parts.length);
  return parts.map((viewers) => ({ ...plan, viewers, joinsPerSecond }));
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
