import { roleSchema } from '@haven/protocol';
import { z } from 'zod';
import { hashOfToken, sameHash } from './machine-tokens.ts';

const machine = { id: z.string(), hash: z.string(), revoked: z.boolean() };
/** As the function `access_snapshot` of the store answers. */
const snapshotSchema = z.object({
  users: z.array(
    z.object({ id: z.string(), name: z.string(), roles: z.array(roleSchema), rooms: z.array(z.string()) }),
  ),
  devices: z.array(z.object({ ...machine, patient: z.string(), room: z.string() })),
  cvKeys: z.array(z.object(machine)),
  revokedSessions: z.array(z.string()),
});
type Content = z.infer<typeof snapshotSchema>;
export type KnownUser = Content['users'][number];
export type KnownDevice = Content['devices'][number];
export type KnownCvKey = Content['cvKeys'][number];

/** Who may do what, as it stood at one moment. */
export class RightsSnapshot {
  readonly #text: string;
  readonly #users: ReadonlyMap<string, KnownUser>;
  readonly #devices: ReadonlyMap<string, KnownDevice>;
  readonly #cvKeys: ReadonlyMap<string, KnownCvKey>;
  readonly #revokedSessions: ReadonlySet<string>;

  private constructor(content: Content) {
    this.#text = JSON.stringify(content);
    this.#users = new Map(content.users.map((user) => [user.id, user]));
    this.#devices = new Map(content.devices.map((device) => [device.id, device]));
    this.#cvKeys = new Map(content.cvKeys.map((key) => [key.id, key]));
    this.#revokedSessions = new Set(content.revokedSessions);
  }

  /** @throws ZodError when the store's answer has another form */
  static parse(answer: unknown): RightsSnapshot {
    return new RightsSnapshot(snapshotSchema.parse(answer));
  }

  equals(other: RightsSnapshot): boolean {
    return this.#text === other.#text;
  }

  /** A user who is not disabled. */
  user(userId: string): KnownUser | undefined {
    return this.#users.get(userId);
  }

  device(deviceId: string): KnownDevice | undefined {
    return this.#devices.get(deviceId);
  }

  deviceByToken(token: string): KnownDevice | undefined {
    return byToken(this.#devices, token);
  }

  cvKey(keyId: string): KnownCvKey | undefined {
    return this.#cvKeys.get(keyId);
  }

  cvKeyByToken(token: string): KnownCvKey | undefined {
    return byToken(this.#cvKeys, token);
  }

  isSessionRevoked(sessionId: string): boolean {
    return this.#revokedSessions.has(sessionId);
  }
}

function byToken<T extends { hash: string }>(known: ReadonlyMap<string, T>, token: string): T | undefined {
  const hash = hashOfToken(token);
  let found: T | undefined;
  for (const machine of known.values()) if (sameHash(machine.hash, hash)) found = machine;
  return found;
}
