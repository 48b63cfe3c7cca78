import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { testIds } from '../../web/src/test-ids.ts';
import { startDevice } from '../support/device-agent.ts';
import { HavenServer, type User } from '../support/haven-server.ts';
import { until, type Program } from '../support/process.ts';
import { Witness } from './witness.ts';

/** Whose picture is watched all the while. */
export const WATCHED = 'P-101';
/** The ward, patient and clinician from which everything bad comes: what they may do harms nobody else. */
export const ROOM = 'fuzz-ward';
export const PATIENT = 'P-901';
const CLINICIAN = 'fuzz@haven.local';

const sessionSchema = z.object({ accessToken: z.string() });

/** A whole server with a patient whose video runs and is watched, and with somebody who may sign in and does harm. */
export class FuzzedWard {
  readonly server: HavenServer;
  readonly witness: Witness;
  readonly tokens: { monitor: string; device: string; cvWorker: string };
  readonly #device: Program;

  private constructor(server: HavenServer, device: Program, witness: Witness, tokens: FuzzedWard['tokens']) {
    this.server = server;
    this.#device = device;
    this.witness = witness;
    this.tokens = tokens;
  }

  static async open(): Promise<FuzzedWard> {
    const server = await HavenServer.start({ HAVEN_LOG_LEVEL: 'warn' });
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
    return new FuzzedWard(server, device, witness, tokens);
  }

  /** Whether server and device are the processes that they were at the start. */
  get unharmed(): boolean {
    return this.server.program.running && this.#device.running;
  }

  async close(): Promise<void> {
    await this.witness.close();
    await this.#device.stop();
    await this.server.stop();
  }
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
