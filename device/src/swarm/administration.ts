import { setTimeout as sleep } from 'node:timers/promises';
import {
  deviceWithTokenSchema,
  errorBodySchema,
  HavenError,
  managedPatientSchema,
  sessionSchema,
} from '@haven/protocol';
import type { z } from 'zod';

/** When the server does not say how long to wait after too many requests, ms. */
const WAIT_MS = 1_000;
/** A server that says "too many" for longer has not enough room for a load test. */
const MAX_TRIES = 20;

type Person = { email: string; password: string };
type Call = { method: 'POST' | 'DELETE'; path: string; body?: object };

/** The HTTP API in an administrator's name: makes a swarm's patients and devices, and removes them. */
export class Administration {
  readonly #server: string;
  readonly #token: string;
  readonly #made: { patientIds: string[]; deviceIds: string[] } = { patientIds: [], deviceIds: [] };

  private constructor(server: string, token: string) {
    this.#server = server;
    this.#token = token;
  }

  /** @throws HavenError with the server's code */
  static async signIn(server: string, person: Person): Promise<Administration> {
    return new Administration(server, await signIn(server, person));
  }

  /** A device of a new patient. @returns its token @throws HavenError ALREADY_EXISTS, ROOM_UNKNOWN, FORBIDDEN */
  async addDevice(patientId: string, roomId: string): Promise<string> {
    const patient = { id: patientId, roomId, name: `Swarm ${patientId}`, bed: `S${patientId.slice(2)}` };
    await this.#call(
      { method: 'POST', path: 'patients', body: { ...patient, analysisMode: 'off' } },
      managedPatientSchema,
    );
    this.#made.patientIds.push(patientId);
    const body = { patientId, name: 'Swarm' };
    const made = await this.#call({ method: 'POST', path: 'devices', body }, deviceWithTokenSchema);
    this.#made.deviceIds.push(made.device.id);
    return made.token;
  }

  /** Takes back what was made. @returns what could not be removed, and why */
  async cleanUp(): Promise<string[]> {
    const left: string[] = [];
    const remove = async (path: string) => {
      try {
        await this.#call({ method: 'DELETE', path });
      } catch (error) {
        left.push(`${path}: ${error instanceof HavenError ? error.code : String(error)}`);
      }
    };
    for (const id of this.#made.deviceIds) await remove(`devices/${id}`);
    for (const id of this.#made.patientIds) await remove(`patients/${id}`);
    return left;
  }

  async #call(call: Call): Promise<void>;
  async #call<T extends z.ZodType>(call: Call, answer: T): Promise<z.output<T>>;
  async #call(call: Call, answer?: z.ZodType): Promise<unknown> {
    const response = await ask(this.#server, { ...call, path: `admin/${call.path}` }, this.#token);
    return answer?.parse(await response.json());
  }
}

/** @returns an access token @throws HavenError with the server's code */
export async function signIn(server: string, { email, password }: Person): Promise<string> {
  const response = await ask(server, { method: 'POST', path: 'auth/sign-in', body: { email, password } });
  return sessionSchema.parse(await response.json()).accessToken;
}

/** Waits as long as the server asks for, when there are too many requests. */
async function ask(server: string, { method, path, body }: Call, token?: string): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const response = await fetch(new URL(`/api/v1/${path}`, server), {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.ok) return response;
    const refusal = errorBodySchema.safeParse(await response.json().catch(() => undefined));
    const error = refusal.success
      ? HavenError.fromWire(refusal.data.error)
      : new HavenError('INTERNAL', `The server answered ${method} ${path} with ${response.status}.`);
    if (error.code !== 'RATE_LIMITED' || tries === MAX_TRIES) throw error;
    await sleep(error.retryAfterMs ?? WAIT_MS);
  }
}
