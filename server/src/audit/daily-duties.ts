import { z } from 'zod';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { AuditChain } from './audit-chain.ts';
import type { AuditLogOptions } from './audit-log.ts';
import { dayOfMoment, type ChainEnd } from './chained-line.ts';
import type { DirectAudit } from './direct-audit.ts';
import type { RefusalLimiter } from './refusal-limiter.ts';
import { writeWitness } from './witness.ts';

const INTERVAL_MS = 60_000;
const HOUR_MS = 3600 * 1000;
const DAY_MS = 24 * HOUR_MS;

const removedDaySchema = z.object({ day: z.string(), lines: z.number() });

export type DailyDutiesOptions = Pick<
  AuditLogOptions,
  'client' | 'calls' | 'config' | 'clock' | 'isStored'
> & {
  telemetry: Telemetry;
  chain: AuditChain;
  limiter: RefusalLimiter;
  /** The commands' chain, whose days nobody else may be there to close. */
  commands: DirectAudit;
};

/** What the audit trail needs by the minute: ended days closed, its end witnessed, what is too old removed. */
export class DailyDuties {
  readonly #options: DailyDutiesOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #remembered: ChainEnd | undefined;
  #loggedHour = -1;
  #cleanedDay = '';

  constructor(options: DailyDutiesOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      this.#running ??= this.examine().finally(() => (this.#running = undefined));
    }, INTERVAL_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async examine(): Promise<void> {
    const { chain, commands, limiter } = this.#options;
    await this.#attempt('counts of refusals', () => limiter.flush());
    await this.#attempt('the checkpoint', () => chain.closeEndedDay());
    await this.#attempt("the commands' checkpoint", () => commands.closeEndedDay());
    await this.#attempt('the witness', () => this.remember());
    await this.#attempt('retention', () => this.#removeExpired());
    this.#log();
  }

  /** Keeps the chain's end outside the store, once all before it is stored. */
  async remember(): Promise<void> {
    const { chain, config, isStored } = this.#options;
    const { end } = chain;
    if (end === undefined || end === this.#remembered || !isStored()) return;
    await writeWitness(config.dataDirectory, chain.node, end);
    this.#remembered = end;
  }

  /** The log, which is often sent elsewhere, is a second witness. */
  #log(): void {
    const { chain, clock, telemetry } = this.#options;
    const hour = Math.floor(clock() / HOUR_MS);
    if (hour === this.#loggedHour || chain.end === undefined) return;
    this.#loggedHour = hour;
    telemetry.logger.info({ node: chain.node, ...chain.end }, 'the audit trail ends here');
  }

  async #removeExpired(): Promise<void> {
    const { calls, chain, client, clock, config } = this.#options;
    const today = dayOfMoment(clock());
    if (today === this.#cleanedDay) return;
    const before = dayOfMoment(clock() - config.auditRetentionDays * DAY_MS);
    for (;;) {
      const removed = await calls.make(() => client.rpc('remove_oldest_audit_day', { p_before: before }));
      if (removed === null) break;
      const { day, lines } = removedDaySchema.parse(removed);
      await chain.add({
        actor: 'system',
        action: 'audit:expire',
        subject: `day:${day}`,
        result: 'done',
        reason: `${lines} lines`,
        at: clock(),
      });
    }
    this.#cleanedDay = today;
  }

  async #attempt(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#options.telemetry.logger.warn({ err: error }, `audit trail: ${what} must wait a minute`);
    }
  }
}
