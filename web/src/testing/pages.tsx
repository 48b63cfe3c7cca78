/**
 * The pages of administration, audit and session without a server, for `vite dev` only:
 * `/src/testing/pages.html#/admin/users`. After the page may stand what the session is in: `#/account locked`,
 * `warned`, `emergency`, `new-password`.
 */
import '../ui/global.css';
import { roleSchema } from '@haven/protocol';
import { createRoot } from 'react-dom/client';
import { MemoryRouter } from 'react-router';
import { App } from '../app.tsx';
import { AlarmSound } from '../core/alarm-sound.ts';
import { steadyNow } from '../core/clock.ts';
import { SessionKeeper } from '../core/session-keeper.ts';
import {
  aLine,
  aManagedPatient,
  anEmergency,
  aSession,
  aStatus,
  aUser,
  EVERY_ACTION,
} from './access-fixtures.ts';
import { uuid } from './fixtures.ts';
import { HavenApi } from './haven-api.ts';

const [path = '/account', scene = ''] = decodeURIComponent(location.hash.slice(1)).split(' ');
const now = Math.round(steadyNow());
const MINUTE_MS = 60_000;
const haven = new HavenApi();
const user = { id: uuid(1), displayName: 'Dr Ada Administrator', roles: [...roleSchema.options] };
haven.status = aStatus({
  user,
  actions: [...EVERY_ACTION, 'break-glass:start'],
  secondFactor: 'off',
  serverTime: now,
  startedAt: now - 60 * MINUTE_MS,
  endsAt: now + 600 * MINUTE_MS,
  locksAt: now + (scene === 'warned' ? 1 : 15) * MINUTE_MS,
  locked: scene === 'locked',
  passwordChangeRequired: scene === 'new-password',
});
haven.rooms = ['a', 'b', 'c', 'd', 'e'].map((letter) => ({
  ...{ id: `ward-${letter}`, name: `Ward ${letter.toUpperCase()}`, patients: 4, users: 7 },
}));
const names = ['Anna Berg', 'Bruno Castellanos-Wolff', 'Carla Dietz', 'Derya Ekinci'];
haven.patients = names.map((name, index) =>
  aManagedPatient({
    ...{ id: `P-10${index + 1}`, name, bed: `${index + 1}`, roomId: 'ward-a' },
    streaming: index === 0 ? 'synthetic' : index === 1 ? 'camera' : null,
  }),
);
haven.users = Array.from({ length: 70 }, (_, index) =>
  aUser({
    ...{
      id: uuid(100 + index),
      email: `person-${index + 1}@hospital.example`,
      displayName: `Person ${index + 1}`,
    },
    roles: [roleSchema.options[index % 5] ?? 'clinician'],
    roomIds: index % 3 === 0 ? ['ward-a', 'ward-b', 'ward-c'] : ['ward-a'],
    disabled: index === 4,
    lockedUntil: index === 2 ? now + 10 * MINUTE_MS : null,
  }),
);
haven.devices = haven.patients.map(({ id, bed }, index) => ({
  ...{ id: uuid(200 + index), patientId: id, name: `Bed ${bed}, left`, createdAt: now },
  revokedAt: index === 3 ? now : null,
  connected: index < 2,
}));
haven.keys = [{ id: uuid(300), name: 'analysis-1', createdAt: now, revokedAt: null }];
haven.emergencies = [
  ...(scene === 'emergency'
    ? [anEmergency({ id: uuid(400), startedAt: now, endsAt: now + 30 * MINUTE_MS })]
    : []),
  anEmergency({ id: uuid(401), startedAt: now - 90 * MINUTE_MS, endsAt: now, endedAt: now }),
  anEmergency({
    id: uuid(402),
    endedAt: now,
    review: { userId: uuid(1), userName: 'Ada', at: now, note: 'Called by the ward', justified: true },
  }),
];
haven.problems = [
  { kind: 'room-without-clinician', subject: 'room:ward-d' },
  { kind: 'patient-without-device', subject: 'patient:P-103' },
  { kind: 'user-without-role', subject: `user:${uuid(103)}` },
];
haven.lines = Array.from({ length: 40 }, (_, index) =>
  aLine({
    ...{ id: uuid(500 + index), at: now - index * MINUTE_MS, sequence: 40 - index },
    ...(index % 7 === 3
      ? { result: 'refused' as const, code: 'ROOM_NOT_ASSIGNED', action: 'room:watch' }
      : {}),
  }),
);
sessionStorage.setItem('haven.session', JSON.stringify(aSession({ expiresAt: now + 60 * MINUTE_MS, user })));
const keeper = new SessionKeeper(haven.api, sessionStorage, Date.now);
const sound = new AlarmSound(new AudioContext(), steadyNow);
createRoot(document.body.querySelector('#root')!).render(
  <MemoryRouter initialEntries={[path]}>
    <App api={haven.api} keeper={keeper} sound={sound} />
  </MemoryRouter>,
);
