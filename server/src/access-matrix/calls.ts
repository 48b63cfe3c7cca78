import { randomUUID } from 'node:crypto';
import { DEFAULT_ALERT_LIMITS, newTraceparent, type ClientStatistics, type ErrorCode } from '@haven/protocol';
import type { Action } from '../access/access.ts';
import { vp8Parameters } from '../testing/rtp-parameters.ts';
import type { Place } from './ward.ts';

/** What comes of a call: it was done, or the code with which it was refused. */
export type Outcome = ErrorCode | 'done';

type Common = {
  /** When the caller may: `done` unless the call names something that is not there, so that it changes nothing. */
  allowed?: Outcome;
  /** When the caller may, but not in this room; ROOM_NOT_ASSIGNED by default. */
  foreign?: Outcome;
};
export type RestCall = Common & {
  /** As in the router, under `/api/v1`. */
  route: `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`;
  path: (place: Place) => string;
  body?: (place: Place) => unknown;
};
export type SocketCall = Common & {
  namespace: 'monitor' | 'device' | 'cv';
  request: string;
  payload: (place: Place) => unknown;
  /** The caller joins the room first; who may not is refused then. */
  joined?: true;
};
export type Call = RestCall | SocketCall;

const nobody = randomUUID();
const requestId = () => randomUUID();
const REASON = 'asked for by the test of rights';

const get = (route: `GET /${string}`, path: RestCall['path'], rest: Partial<RestCall> = {}): RestCall => ({
  route,
  path,
  ...rest,
});
/** A list that is searched. */
const search = (path: `/${string}`): RestCall => ({
  route: `POST ${path}/search`,
  path: () => `${path}/search`,
  body: () => ({}),
});
/** A route that names somebody or something that is not there. */
const toNobody = (
  route: RestCall['route'],
  allowed: Outcome,
  body?: unknown,
  unknown: string = nobody,
): RestCall => ({
  route,
  path: () => (route.split(' ')[1] ?? '').replace(':id', unknown),
  ...(body === undefined ? {} : { body: () => body }),
  allowed,
});
const monitor = (
  request: string,
  payload: SocketCall['payload'],
  rest: Partial<SocketCall> = {},
): SocketCall => ({ namespace: 'monitor', request, payload, ...rest });
const inRoom = (request: string, payload: object, allowed: Outcome): SocketCall =>
  monitor(request, () => payload, { joined: true, allowed });
const consumer = { consumerId: 'c' };
const fingerprint = { algorithm: 'sha-256', value: Array.from({ length: 32 }, () => '00').join(':') };
const dtlsParameters = { role: 'client', fingerprints: [fingerprint] };
const stream = { streamId: nobody };
const talk = { talkId: nobody };
const assignment = { assignmentId: nobody };
const NO_STATISTICS: ClientStatistics = {
  ...{ tiles: 0, framesDecoded: 0, framesDropped: 0, freezes: 0, freezeMs: 0 },
  ...{ packetsReceived: 0, packetsLost: 0, decodeMs: null, delayMs: null, jitterMs: null, roundTripMs: null },
};

/** Of whichever side: both are refused for a talk that is not theirs. */
const TALK_MEDIA = [
  ['talk:connect', { ...talk, transportId: 't', dtlsParameters }],
  ['talk:produce', { ...talk, requestId: requestId(), rtpParameters: vp8Parameters() }],
  ['talk:consume', { ...talk, requestId: requestId(), rtpCapabilities: { codecs: [] } }],
  ['talk:end', talk],
] as const;

/** The calls that each action guards. Every route and request stands here or among {@link UNGUARDED}. */
export const CALLS: Readonly<Record<Action, readonly Call[]>> = {
  'room:watch': [
    monitor('session:describe', () => ({}), { foreign: 'done' }),
    monitor('session:renew', () => ({ token: 'x' }), {
      allowed: 'UNAUTHENTICATED',
      foreign: 'UNAUTHENTICATED',
    }),
    monitor('room:join', ({ roomId }) => ({ roomId })),
    inRoom('room:leave', {}, 'done'),
    inRoom('transport:open', { requestId: requestId() }, 'done'),
    inRoom('transport:connect', { transportId: 't', dtlsParameters }, 'TRANSPORT_UNKNOWN'),
    inRoom('transport:restart-ice', { transportId: 't' }, 'TRANSPORT_UNKNOWN'),
    inRoom(
      'consumer:create',
      { requestId: requestId(), transportId: 't', ...stream, rtpCapabilities: { codecs: [] } },
      'TRANSPORT_UNKNOWN',
    ),
    inRoom('consumer:resume', consumer, 'CONSUMER_UNKNOWN'),
    inRoom('consumer:close', consumer, 'CONSUMER_UNKNOWN'),
    ...TALK_MEDIA.map(([request, payload]) => inRoom(request, payload, 'TALK_UNKNOWN')),
    inRoom('view:report', { tiles: [] }, 'done'),
    monitor('client:statistics', () => NO_STATISTICS, { foreign: 'done' }),
    monitor('client:span', () => ({ name: 'join', span: newTraceparent(), durationMs: 0 }), {
      foreign: 'done',
    }),
  ],
  // The list is everybody's who has the role: it holds what lies in the caller's rooms.
  'patient:read': [get('GET /patients', () => '/patients', { foreign: 'done' })],
  'vitals:read': [
    get('GET /patients/:id/vitals', ({ patientId }) => `/patients/${patientId}/vitals`),
    get('GET /patients/:id/trends', ({ patientId }) => `/patients/${patientId}/trends`),
  ],
  'alert:read': [
    get('GET /patients/:id/alerts', ({ patientId }) => `/patients/${patientId}/alerts`),
    get('GET /alerts', () => '/alerts', { foreign: 'done' }),
    // Row-level security hides it before anything could be refused.
    get('GET /alerts/:id', ({ alertId }) => `/alerts/${alertId}`, { foreign: 'ALERT_UNKNOWN' }),
  ],
  'alert:acknowledge': [
    monitor('alert:acknowledge', ({ alertId }) => ({ requestId: requestId(), alertId, reason: REASON })),
  ],
  'alert:silence': [
    monitor('alert:silence', ({ alertId }) => ({ requestId: requestId(), alertId, seconds: 1 })),
  ],
  'alarm:pause': [
    monitor('alarm:pause', () => ({ requestId: requestId(), seconds: 1 }), { joined: true }),
    monitor('alarm:resume', () => ({ requestId: requestId() }), { joined: true }),
  ],
  'limits:read': [
    get('GET /patients/:id/limits', ({ patientId }) => `/patients/${patientId}/limits`),
    get('GET /rooms/:id/limits', ({ roomId }) => `/rooms/${roomId}/limits`),
  ],
  'limits:change': (['patients', 'rooms'] as const).flatMap((kind): RestCall[] => {
    const path = ({ patientId, roomId }: Place) => `/${kind}/${kind === 'rooms' ? roomId : patientId}/limits`;
    const limits = DEFAULT_ALERT_LIMITS;
    return [
      { route: `PUT /${kind}/:id/limits`, path, body: () => ({ limits, reason: REASON, version: 0 }) },
      { route: `DELETE /${kind}/:id/limits`, path, body: () => ({ reason: REASON, version: 1 }) },
    ];
  }),
  'analysis:change': [
    {
      route: 'PUT /patients/:id/analysis-mode',
      path: ({ patientId }) => `/patients/${patientId}/analysis-mode`,
      body: () => ({ mode: 'both', reason: REASON }),
    },
  ],
  'privacy:change': [
    monitor(
      'privacy:pause',
      ({ patientId }) => ({ requestId: requestId(), patientId, reason: 'wish', minutes: 1 }),
      { allowed: 'STREAM_UNKNOWN' },
    ),
    monitor('privacy:resume', ({ patientId }) => ({ requestId: requestId(), patientId })),
  ],
  'talk:start': [
    monitor('talk:start', ({ patientId }) => ({ requestId: requestId(), patientId }), {
      joined: true,
      allowed: 'STREAM_UNKNOWN',
    }),
  ],
  'user:manage': [
    search('/admin/users'),
    { route: 'POST /admin/users', path: () => '/admin/users', body: () => ({}), allowed: 'INVALID_REQUEST' },
    toNobody('PATCH /admin/users/:id', 'USER_UNKNOWN', {}),
    toNobody('POST /admin/users/:id/reset-password', 'USER_UNKNOWN', {}),
  ],
  'room:manage': [
    search('/admin/rooms'),
    { route: 'POST /admin/rooms', path: () => '/admin/rooms', body: () => ({}), allowed: 'INVALID_REQUEST' },
    toNobody('PATCH /admin/rooms/:id', 'ROOM_UNKNOWN', { name: 'N' }, 'ward-none'),
    toNobody('DELETE /admin/rooms/:id', 'ROOM_UNKNOWN', undefined, 'ward-none'),
  ],
  'patient:manage': [
    search('/admin/patients'),
    {
      route: 'POST /admin/patients',
      path: () => '/admin/patients',
      body: () => ({}),
      allowed: 'INVALID_REQUEST',
    },
    toNobody('PATCH /admin/patients/:id', 'PATIENT_UNKNOWN', { bed: '9' }, 'P-999'),
    toNobody('DELETE /admin/patients/:id', 'PATIENT_UNKNOWN', undefined, 'P-999'),
  ],
  'device:manage': [
    search('/admin/devices'),
    {
      route: 'POST /admin/devices',
      path: () => '/admin/devices',
      body: () => ({ patientId: 'P-999', name: 'N' }),
      allowed: 'PATIENT_UNKNOWN',
    },
    toNobody('POST /admin/devices/:id/rotate', 'DEVICE_UNKNOWN', {}),
    toNobody('DELETE /admin/devices/:id', 'DEVICE_UNKNOWN'),
  ],
  'cv-key:manage': [
    search('/admin/cv-keys'),
    { route: 'POST /admin/cv-keys', path: () => '/admin/cv-keys', body: () => ({ name: 'N' }) },
    toNobody('POST /admin/cv-keys/:id/rotate', 'KEY_UNKNOWN', {}),
    toNobody('DELETE /admin/cv-keys/:id', 'KEY_UNKNOWN'),
  ],
  'integrity:read': [get('GET /admin/integrity', () => '/admin/integrity')],
  'operations:read': [get('GET /operations/streams', () => '/operations/streams')],
  'operations:manage': [
    get('GET /operations', () => '/operations'),
    {
      route: 'POST /operations/drain',
      path: () => '/operations/drain',
      body: () => ({}),
      allowed: 'INVALID_REQUEST',
    },
    { route: 'DELETE /operations/drain', path: () => '/operations/drain', allowed: 'ALREADY_DONE' },
    { route: 'POST /operations/overload/reset', path: () => '/operations/overload/reset', body: () => ({}) },
  ],
  'audit:read': [
    search('/audit'),
    get('GET /audit/verify', () => '/audit/verify?from=2026-01-01&to=2026-01-02'),
    get('GET /audit/export', () => '/audit/export?day=2026-01-01'),
  ],
  'break-glass:start': [
    get('GET /break-glass/rooms', () => '/break-glass/rooms'),
    get('GET /break-glass', () => '/break-glass'),
    {
      route: 'POST /break-glass',
      path: () => '/break-glass',
      body: () => ({ roomId: 'ward-none', reason: REASON, minutes: 5 }),
      allowed: 'ROOM_UNKNOWN',
    },
    toNobody('DELETE /break-glass/:id', 'NOT_FOUND'),
  ],
  'break-glass:review': [
    search('/admin/break-glass'),
    toNobody('POST /admin/break-glass/:id/end', 'NOT_FOUND', {}),
    toNobody('POST /admin/break-glass/:id/review', 'NOT_FOUND', { note: REASON, justified: true }),
  ],
  'stream:publish': [
    {
      ...{ namespace: 'device', request: 'publish:start', foreign: 'FORBIDDEN' },
      payload: ({ patientId }) => ({ requestId: requestId(), patientId, source: 'camera' }),
    },
    ...(
      [
        ['publish:connect', { ...stream, dtlsParameters }],
        ['publish:produce', { ...stream, requestId: requestId(), rtpParameters: vp8Parameters() }],
        ['publish:restart-ice', stream],
        [
          'publish:state',
          { ...stream, framesPerSecond: 1, bitrate: 1, layers: [], roundTripMs: null, lossFraction: null },
        ],
        ['publish:privacy', { ...stream, requestId: requestId(), pause: null }],
        ['publish:stop', stream],
      ] as const
    ).map(([request, payload]): SocketCall => ({
      ...{ namespace: 'device', request, allowed: 'STREAM_UNKNOWN', foreign: 'STREAM_UNKNOWN' },
      payload: () => payload,
    })),
    ...([['talk:join', { ...talk, requestId: requestId() }], ...TALK_MEDIA] as const).map(
      ([request, payload]): SocketCall => ({
        ...{ namespace: 'device', request, allowed: 'TALK_UNKNOWN', foreign: 'TALK_UNKNOWN' },
        payload: () => payload,
      }),
    ),
  ],
  'stream:analyse': (
    [
      ['tap:open', { ...assignment, epoch: 1, ip: '127.0.0.1', rtpPort: 40_000 }, 'ASSIGNMENT_UNKNOWN'],
      ['tap:resume', assignment, 'ASSIGNMENT_UNKNOWN'],
      ['tap:layers', { ...assignment, layers: { spatialLayer: 0, temporalLayer: 0 } }, 'ASSIGNMENT_UNKNOWN'],
      ['tap:key-frame', assignment, 'ASSIGNMENT_UNKNOWN'],
      ['observations', { observations: [] }, 'INVALID_REQUEST'],
      ['waveforms', { waveforms: [] }, 'INVALID_REQUEST'],
      ['worker:status', {}, 'INVALID_REQUEST'],
    ] as const
  ).map(([request, payload, outcome]): SocketCall => ({
    ...{ namespace: 'cv', request, allowed: outcome, foreign: outcome },
    payload: () => payload,
  })),
};

/** Routes for whoever signs in, or has signed in: they concern nobody else. */
export const UNGUARDED: readonly string[] = [
  'GET /settings',
  'POST /auth/sign-in',
  'POST /auth/refresh',
  'POST /auth/sign-out',
  'GET /auth/status',
  'POST /auth/activity',
  'POST /auth/unlock',
  'POST /auth/password',
  'POST /auth/second-factor',
  'POST /auth/second-factor/confirm',
  'DELETE /auth/second-factor',
];
