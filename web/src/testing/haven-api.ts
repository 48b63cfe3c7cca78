/** The HTTP API as documented, over lists in memory: for tests of pages and for the gallery. */
import {
  auditQuerySchema,
  listQuerySchema,
  type AuditQuery,
  type auditVerificationSchema,
  breakGlassRequestSchema,
  breakGlassReviewSchema,
  ERRORS,
  HavenError,
  newDeviceSchema,
  newKeySchema,
  newPatientSchema,
  newRoomSchema,
  newUserSchema,
  patientChangeSchema,
  roomChangeSchema,
  userChangeSchema,
  type AuditLine,
  type BreakGlass,
  type ErrorCode,
  type IntegrityProblem,
  type LiveFigures,
  type ManagedDevice,
  type ManagedKey,
  type ManagedPatient,
  type ManagedRoom,
  type ManagedUser,
  type SessionStatus,
} from '@haven/protocol';
import type { z } from 'zod';
import type { Api } from '../core/api.ts';
import { aSession, aStatus } from './access-fixtures.ts';
import { someFigures } from './live-figures.ts';
import { T0, uuid } from './fixtures.ts';

type Call = { method: string; path: string; body: unknown };
type ListQuery = z.output<typeof listQuerySchema>;
type Handler = (call: Call, id: string) => unknown;

export class HavenApi {
  status: SessionStatus = aStatus();
  users: ManagedUser[] = [];
  rooms: ManagedRoom[] = [];
  patients: ManagedPatient[] = [];
  devices: ManagedDevice[] = [];
  keys: ManagedKey[] = [];
  emergencies: BreakGlass[] = [];
  problems: IntegrityProblem[] = [];
  figures: LiveFigures = someFigures();
  lines: AuditLine[] = [];
  verification: z.infer<typeof auditVerificationSchema> = {
    ok: true,
    checkedAt: T0,
    chains: [],
    beforeChains: 0,
  };
  password = 'the right password';
  /** Rows of a page, whatever is asked for. */
  rows = 50;
  /** The next request to a path that begins so is refused, once. */
  readonly refusals = new Map<string, ErrorCode>();
  readonly calls: Call[] = [];
  #ids = 5000;

  readonly api: Api = async (path, schema, request = {}) => {
    const url = new URL(path, 'http://haven');
    const { pathname } = url;
    const call = { method: request.method ?? 'GET', path: pathname, body: request.body };
    this.calls.push(call);
    await Promise.resolve();
    for (const [start, code] of this.refusals) {
      if (!pathname.startsWith(start)) continue;
      this.refusals.delete(start);
      throw new HavenError(code);
    }
    for (const [route, handler] of this.#routes) {
      const match = new RegExp(`^${route.replace(':id', '([^/]+)')}$`).exec(`${call.method} ${pathname}`);
      if (match !== null) return schema.parse(handler(call, decodeURIComponent(match[1] ?? '')));
    }
    throw new HavenError('NOT_FOUND', `${call.method} ${pathname}: ${ERRORS.NOT_FOUND.advice}`);
  };

  callsTo(method: string, path: string): Call[] {
    return this.calls.filter((call) => call.method === method && call.path === path);
  }

  #uuid(): string {
    return uuid(this.#ids++);
  }

  readonly #routes: readonly (readonly [string, Handler])[] = [
    ['GET /auth/status', () => this.status],
    ['POST /auth/activity', () => this.status],
    ['POST /auth/sign-out', () => ({})],
    ['POST /auth/unlock', ({ body }) => this.#withPassword(body, 'password')],
    ['POST /auth/password', ({ body }) => this.#withPassword(body, 'current')],
    [
      'POST /auth/second-factor',
      () => ({ factorId: 'f1', uri: 'otpauth://totp/Haven:nurse?secret=JBSWY3DP', secret: 'JBSWY3DP' }),
    ],
    [
      'POST /auth/second-factor/confirm',
      () => {
        this.status = { ...this.status, secondFactor: 'on' };
        return aSession({ accessToken: 'access-2' });
      },
    ],
    ['GET /break-glass', () => ({ running: this.emergencies.filter(({ endedAt }) => endedAt === null) })],
    ['GET /break-glass/rooms', () => ({ rooms: this.rooms.map(({ id, name }) => ({ id, name })) })],
    ['POST /break-glass', ({ body }) => this.#enter(breakGlassRequestSchema.parse(body))],
    ['DELETE /break-glass/:id', (_, id) => emptied(this.#change(this.emergencies, id, { endedAt: T0 }))],
    ['POST /admin/users/search', ({ body }) => page(this.users, listQuerySchema.parse(body), this.rows)],
    [
      'POST /admin/users',
      ({ body }) => {
        const given = newUserSchema.parse(body);
        if (this.users.some(({ email }) => email === given.email)) throw new HavenError('ALREADY_EXISTS');
        const user = { id: this.#uuid(), ...given, disabled: false, lockedUntil: null };
        this.users.push(user);
        return { user, password: 'one-time-password' };
      },
    ],
    [
      'PATCH /admin/users/:id',
      ({ body }, id) => {
        const { locked, ...change } = userChangeSchema.parse(body);
        return this.#change(this.users, id, {
          ...change,
          ...(locked === false ? { lockedUntil: null } : {}),
        });
      },
    ],
    [
      'POST /admin/users/:id/reset-password',
      (_, id) => ({ user: found(this.users, id), password: 'another-password' }),
    ],
    ['POST /admin/rooms/search', ({ body }) => page(this.rooms, listQuerySchema.parse(body), this.rows)],
    [
      'POST /admin/rooms',
      ({ body }) => this.#add(this.rooms, { ...newRoomSchema.parse(body), patients: 0, users: 0 }),
    ],
    ['PATCH /admin/rooms/:id', ({ body }, id) => this.#change(this.rooms, id, roomChangeSchema.parse(body))],
    ['DELETE /admin/rooms/:id', (_, id) => this.#remove(this.rooms, id)],
    [
      'POST /admin/patients/search',
      ({ body }) => page(this.patients, listQuerySchema.parse(body), this.rows),
    ],
    [
      'POST /admin/patients',
      ({ body }) =>
        this.#add(this.patients, { ...newPatientSchema.parse(body), devices: 0, streaming: null }),
    ],
    [
      'PATCH /admin/patients/:id',
      ({ body }, id) => this.#change(this.patients, id, patientChangeSchema.parse(body)),
    ],
    [
      'DELETE /admin/patients/:id',
      (_, id) => {
        if (found(this.patients, id).streaming !== null) throw new HavenError('PATIENT_HAS_STREAM');
        return this.#remove(this.patients, id);
      },
    ],
    ['POST /admin/devices/search', ({ body }) => page(this.devices, listQuerySchema.parse(body), this.rows)],
    [
      'POST /admin/devices',
      ({ body }) => {
        const device = { ...newDeviceSchema.parse(body), ...this.#machine(), connected: false };
        return { device: this.#add(this.devices, device), token: 'hvd_token' };
      },
    ],
    [
      'POST /admin/devices/:id/rotate',
      (_, id) => ({ device: found(this.devices, id), token: 'hvd_newer-token' }),
    ],
    ['DELETE /admin/devices/:id', (_, id) => emptied(this.#change(this.devices, id, { revokedAt: T0 }))],
    ['POST /admin/cv-keys/search', ({ body }) => page(this.keys, listQuerySchema.parse(body), this.rows)],
    [
      'POST /admin/cv-keys',
      ({ body }) => {
        const key = { ...newKeySchema.parse(body), ...this.#machine() };
        return { key: this.#add(this.keys, key), token: 'hvk_key' };
      },
    ],
    ['POST /admin/cv-keys/:id/rotate', (_, id) => ({ key: found(this.keys, id), token: 'hvk_newer-key' })],
    ['DELETE /admin/cv-keys/:id', (_, id) => emptied(this.#change(this.keys, id, { revokedAt: T0 }))],
    [
      'POST /admin/break-glass/search',
      ({ body }) => page(this.emergencies, listQuerySchema.parse(body), this.rows),
    ],
    ['POST /admin/break-glass/:id/end', (_, id) => this.#change(this.emergencies, id, { endedAt: T0 })],
    [
      'POST /admin/break-glass/:id/review',
      ({ body }, id) => {
        const review = {
          userId: uuid(1),
          userName: 'Adam',
          at: T0,
          ...breakGlassReviewSchema.parse(body),
        };
        return this.#change(this.emergencies, id, { review });
      },
    ],
    ['GET /operations/streams', () => this.figures],
    ['GET /admin/integrity', () => ({ checkedAt: T0, problems: this.problems })],
    ['POST /audit/search', ({ body }) => this.#linesOf(auditQuerySchema.parse(body))],
    ['GET /audit/verify', () => this.verification],
    ['GET /patients', () => ({ patients: this.patients })],
  ];

  #linesOf({ result }: AuditQuery) {
    return { lines: this.lines.filter((line) => result === undefined || line.result === result), next: null };
  }

  #withPassword(body: unknown, field: string): object {
    if (new Map(Object.entries(body ?? {})).get(field) !== this.password)
      throw new HavenError('WRONG_PASSWORD');
    this.status = { ...this.status, locked: false };
    return {};
  }

  #enter({ roomId, reason, minutes }: { roomId: string; reason: string; minutes: number }): BreakGlass {
    const access = {
      ...{ id: this.#uuid(), userId: uuid(7), userName: 'Nurse', roomId, reason },
      ...{ startedAt: T0, endsAt: T0 + minutes * 60_000, endedAt: null, review: null },
    };
    return this.#add(this.emergencies, access);
  }

  #machine() {
    return { id: this.#uuid(), createdAt: T0, revokedAt: null };
  }

  #add<T extends { id: string }>(list: T[], item: T): T {
    if (list.some(({ id }) => id === item.id)) throw new HavenError('ALREADY_EXISTS');
    list.push(item);
    return item;
  }

  #change<T extends { id: string }>(list: T[], id: string, change: object): T {
    return Object.assign(found(list, id), change);
  }

  #remove(list: { id: string }[], id: string): object {
    list.splice(list.indexOf(found(list, id)), 1);
    return {};
  }
}

/** The answer of what answers with nothing. */
function emptied(_changed: object): object {
  return {};
}

function found<T extends { id: string }>(list: readonly T[], id: string): T {
  const item = list.find((candidate) => candidate.id === id);
  if (item === undefined) throw new HavenError('NOT_FOUND');
  return item;
}

function page<T extends { id: string }>(list: readonly T[], { search, after }: ListQuery, rows: number) {
  const matching = list.filter((item) => JSON.stringify(item).toLowerCase().includes(search.toLowerCase()));
  const from = after === undefined ? 0 : matching.findIndex(({ id }) => id === after) + 1;
  const items = matching.slice(from, from + rows);
  const last = items.at(-1);
  return {
    items,
    total: matching.length,
    next: from + rows < matching.length && last !== undefined ? last.id : null,
  };
}
