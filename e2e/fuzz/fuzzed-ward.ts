import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { startRedis } from '../../server/src/records/testing/redis.ts';
import { freePort } from '../../server/src/testing/free-port.ts';
import { testIds } from '../../web/src/test-ids.ts';
import { startDevice } from '../support/device-agent.ts';
import { HavenServer, type User } from '../support/haven-server.ts';
import { temporaryDirectory, until, type Program } from '../support/process.ts';
import { family } from '../support/process-usage.ts';
import type { Findings } from './findings.ts';
import { LAST_WORDS, MediaProbe } from './media/media-probe.ts';
import { Witness } from './witness.ts';

/** Whose picture is watched all the while. */
export const WATCHED = 'P-101';
/** The ward, patient and clinician from which everything bad comes: what they may do harms nobody else. */
export const ROOM = 'fuzz-ward';
export const PATIENT = 'P-901';
const CLINICIAN = 'fuzz@haven.local';

/** A media worker has its successor by then, ms. */
const SUCCEEDED_WITHIN_MS = 15_000;

const sessionSchema = z.object({ accessToken: z.string() });

type Parts = {
  server: HavenServer;
  probe: MediaProbe;
  clusterSecret: string;
  witness: Witness;
  tokens: { monitor: string; device: string; cvWorker: string };
  device: Program;
  redis: Awaited<ReturnType<typeof startRedis>>;
};

/**
 * A whole server, the only node of its cluster, with a patient whose video runs and is watched, and with somebody who
 * may sign in and does harm.
 */
export class FuzzedWard {
  readonly server: HavenServer;
  readonly probe: MediaProbe;
  readonly clusterSecret: string;
  readonly witness: Witness;
  readonly tokens: Parts['tokens'];
  readonly #device: Program;
  readonly #redis: Parts['redis'];
  #mediaWorkers: readonly number[];

  private constructor({ server, probe, clusterSecret, witness, tokens, device, redis }: Parts) {
    this.server = server;
    this.probe = probe;
    this.clusterSecret = clusterSecret;
    this.witness = witness;
    this.tokens = tokens;
    this.#device = device;
    this.#redis = redis;
    this.#mediaWorkers = mediaWorkersOf(server);
  }

  static async open(): Promise<FuzzedWard> {
    const redis = await startRedis();
    const port = String(await freePort());
    const clusterSecret = randomBytes(32).toString('hex');
    const probe = new MediaProbe(join(temporaryDirectory('fuzz'), 'media.sock'));
    const server = await HavenServer.start({
      ...{ PORT: port, HAVEN_LOG_LEVEL: 'warn', ...probe.settings },
      ...{ HAVEN_NODE_ID: 'fuzzed', HAVEN_NODE_URL: `http://127.0.0.1:${port}` },
      ...{ HAVEN_CLUSTER_SECRET: clusterSecret, REDIS_URL: redis.url },
    });
    const source = ['--synthetic', 'hr=72', '--size', '320x240', '--fps', '10'];
    const device = await startDevice(server, WATCHED, ...source);
    await server.admin('room', 'add', ROOM, '--name', 'Fuzz');
    await server.admin('patient', 'add', PATIENT, '--room', ROOM, '--name', 'Fuzz', '--bed', 'F1');
    const witness = await Witness.open(server, testIds.tile(WATCHED));
    const tokens = {
      monitor: await signInAnew(server),
      device: await server.deviceToken(PATIENT),
      cvWorker: server.cvKey,
    };
    return new FuzzedWard({ server, probe, clusterSecret, witness, tokens, device, redis });
  }

  /**
   * Looks whether server, media worker and device are the processes that they were, and waits for a media worker's
   * successor.
   *
   * @param after what may have ended one
   */
  async look(after: string, findings: Findings): Promise<void> {
    if (!this.server.program.running || !this.#device.running) findings.add('a process ended', after);
    const before = this.#mediaWorkers;
    this.#mediaWorkers = mediaWorkersOf(this.server);
    if (before.every((pid) => this.#mediaWorkers.includes(pid))) return;
    findings.add('a media worker ended', `${after} ${this.#lastWords()}`);
    this.#mediaWorkers = await until('a media worker after one that ended', SUCCEEDED_WITHIN_MS, () => {
      const now = mediaWorkersOf(this.server);
      return now.length >= before.length && now;
    });
  }

  /** Of the media worker that ended last. */
  #lastWords(): string {
    const { output } = this.server.program;
    return output.slice(output.lastIndexOf(`\n${LAST_WORDS}`)).split('\n')[1] ?? '';
  }

  async close(): Promise<void> {
    await this.witness.close();
    await this.#device.stop();
    await this.server.stop();
    await this.#redis.kill();
  }
}

/** Their process ids. */
function mediaWorkersOf(server: HavenServer): number[] {
  return family(server.program.pid)
    .filter(({ part }) => part === 'mediasoup worker')
    .map(({ pid }) => pid);
}

/** A new clinician's first password is for changing it only. */
async function signInAnew(server: HavenServer): Promise<string> {
  const output = await server.admin('user', 'add', CLINICIAN, '--role', 'clinician', '--room', ROOM);
  const given = output.trim().split(/\s+/).at(-1) ?? '';
  const user = (password: string): User => ({ email: CLINICIAN, password });
  const first = await until('the new user', 10_000, () => server.signIn(user(given)).catch(() => undefined));
  const next = randomBytes(18).toString('base64url');
  const changed = await fetch(`${server.url}/api/v1/auth/password`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${first.accessToken}` },
    body: JSON.stringify({ current: given, next }),
  });
  if (!changed.ok) throw new Error(`the password could not be changed: ${changed.status}`);
  return sessionSchema.parse(await server.signIn(user(next))).accessToken;
}
