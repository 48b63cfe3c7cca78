import { roleSchema } from '@haven/protocol';
import { z } from 'zod';
import { hashOfToken, sameHash } from './machine-tokens.ts';
import { allows } from './matrix.ts';

const machine = { id: z.string(), hash: z.string(), revoked: z.boolean() };
/** As the function `access_snapshot` of the store answers. */
const snapshotSchema = z.object({
  users: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      passwordChangeRequired: z.boolean(),
      roles: z.array(roleSchema),
      /** Assigned for good. */
      rooms: z.array(z.string()),
    }),
  ),
  devices: z.array(z.object({ ...machine, patient: z.string(), room: z.string() })),
  cvKeys: z.array(z.object(machine)),
  sessions: z.array(
    z.object({
      id: z.string(),
      user: z.string(),
      startedAt: z.number(),
      activeAt: z.number(),
      secondFactor: z.boolean(),
    }),
  ),
  /** Emergency access to rooms that are not assigned; ends by itself at `endsAt`, ms since the epoch. */
  breakGlass: z.array(z.object({ user: z.string(), room: z.string(), endsAt: z.number() })),
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
  readonly #breakGlass: Content['breakGlass'];
  /** As the store has them: see `SessionBook` for what is true now. */
  readonly sessions: Content['sessions'];

  private constructor({ sessions, ...content }: Content) {
    this.sessions = sessions;
    this.#text = JSON.stringify(content);
    this.#users = new Map(content.users.map((user) => [user.id, user]));
    this.#devices = new Map(content.devices.map((device) => [device.id, device]));
    this.#cvKeys = new Map(content.cvKeys.map((key) => [key.id, key]));
    this.#breakGlass = content.breakGlass;
  }

  /** @throws ZodError when the store's answer has another form */
  static parse(answer: unknown): RightsSnapshot {
    return new RightsSnapshot(snapshotSchema.parse(answer));
  }

  /** Whether it allows the same; sessions aside. */
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

  /** The rooms that a user may enter now: those assigned, and for a clinician those of emergency access. */
  roomsOf(user: KnownUser, now: number): ReadonlySet<string> {
    const rooms = new Set(user.rooms);
    if (!allows(user.roles, 'break-glass:start')) return rooms;
    for (const access of this.#breakGlass) {
      if (access.user === user.id && now < access.endsAt) rooms.add(access.room);
    }
    return rooms;
  }
}

function byToken<T extends { hash: string }>(known: ReadonlyMap<string, T>, token: string): T | undefined {
  const hash = hashOfToken(token);
  let found: T | undefined;
  for (const machine of known.values()) if (sameHash(machine.hash, hash)) found = machine;
  return found;
}
