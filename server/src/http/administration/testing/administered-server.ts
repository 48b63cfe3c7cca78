import {
  CV_NAMESPACE,
  cvRequests,
  DEVICE_NAMESPACE,
  deviceRequests,
  errorBodySchema,
  PROTOCOL_VERSION,
  sessionSchema,
  userWithPasswordSchema,
  type CvRequests,
  type DeviceRequests,
  type Session,
} from '@haven/protocol';
import type { z } from 'zod';
import { Haven } from '../../../haven.ts';
import { joinStore, type Store } from '../../../records/store.ts';
import { wholeServerConfig } from '../../../testing/whole-server-config.ts';
import { temporaryDirectory } from '../../../records/testing/temporary-directory.ts';
import { TestClient } from '../../../testing/test-client.ts';

type Parts = { haven: Haven; store: Store; administrator: Session; remove: () => Promise<void> };

/** A whole server with the embedded store, and its seeded administrator who is signed in. */
export class AdministeredServer {
  /** Beside the server. */
  readonly store: Store;
  readonly administratorId: string;
  readonly #token: string;
  readonly #haven: Haven;
  readonly #remove: () => Promise<void>;

  private constructor({ haven, store, administrator, remove }: Parts) {
    this.store = store;
    this.administratorId = administrator.user.id;
    this.#token = administrator.accessToken;
    this.#haven = haven;
    this.#remove = remove;
  }

  static async start(): Promise<AdministeredServer> {
    const { path, remove } = await temporaryDirectory();
    const config = wholeServerConfig(path);
    const haven = await Haven.start(config, () => undefined);
    const seeded = haven.newCredentials.find(({ email }) => email.startsWith('administrator'));
    if (seeded === undefined) throw new Error('no administrator was seeded');
    const administrator = await signIn(haven.url, seeded.email, seeded.password);
    return new AdministeredServer({ haven, store: await joinStore(config), administrator, remove });
  }

  async close(): Promise<void> {
    await this.store.close();
    await this.#haven.close();
    await this.#remove();
  }

  signIn(email: string, password: string): Promise<Session> {
    return signIn(this.#haven.url, email, password);
  }

  /** @returns the answer @throws Error with the whole refusal */
  async ask<T extends z.ZodType>(
    schema: T,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<z.output<T>> {
    const response = await this.#send(method, path, body);
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return schema.parse(answer);
  }

  /** The code with which it is refused; `done` when it is not. */
  async code(method: string, path: string, body?: unknown, token?: string): Promise<string> {
    const response = await this.#send(method, path, body, token);
    return response.ok ? 'done' : errorBodySchema.parse(await response.json()).error.code;
  }

  newUser(email: string, change: object = {}): Promise<z.output<typeof userWithPasswordSchema>> {
    const user = { email, displayName: 'New', roles: ['clinician'], roomIds: ['ward-a'] };
    return this.ask(userWithPasswordSchema, 'POST', '/users', { ...user, ...change });
  }

  /** The actions that the trail has of something, in order. */
  async trailOf(subject: string): Promise<string[]> {
    const { data } = await this.store.service
      .from('audit')
      .select('action')
      .eq('subject', subject)
      .eq('result', 'done')
      .order('sequence');
    return (data ?? []).map(({ action }) => action);
  }

  device(token: string): TestClient<DeviceRequests> {
    const auth = { protocol: PROTOCOL_VERSION, token };
    return new TestClient(this.#haven.url + DEVICE_NAMESPACE, deviceRequests, { auth });
  }

  cvWorker(token: string): TestClient<CvRequests> {
    const auth = { protocol: PROTOCOL_VERSION, token, worker: { name: 'w', capacity: 1 } };
    return new TestClient(this.#haven.url + CV_NAMESPACE, cvRequests, { auth });
  }

  #send(method: string, path: string, body?: unknown, token = this.#token): Promise<Response> {
    return fetch(`${this.#haven.url}/api/v1/admin${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}

async function signIn(url: string, email: string, password: string): Promise<Session> {
  const response = await fetch(`${url}/api/v1/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  return sessionSchema.parse(await response.json());
}
