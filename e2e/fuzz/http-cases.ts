import fc from 'fast-check';
import { nastyValues } from './nasty-values.ts';

export type HttpCase = {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
};

const PATHS = [
  ...['/', '/health', '/livez', '/readyz', '/metrics', '/assets/x.js', '/publish', '/audit'],
  ...['auth/sign-in', 'auth/refresh', 'auth/status', 'auth/unlock', 'auth/password', 'auth/activity'].map(
    (path) => `/api/v1/${path}`,
  ),
  ...['patients', 'patients/P-101', 'patients/P-101/vitals', 'patients/P-101/trends', 'alerts', 'rooms'].map(
    (path) => `/api/v1/${path}`,
  ),
  ...['admin/users', 'admin/rooms', 'admin/patients', 'admin/devices', 'admin/keys', 'audit'].map(
    (path) => `/api/v1/${path}`,
  ),
  ...['operations', 'operations/streams', 'operations/drain', 'emergency-access'].map(
    (path) => `/api/v1/${path}`,
  ),
  ...['/whip/P-101', '/whep/P-101', '/whip/sessions/x', '/socket.io/', '/socket.io/?EIO=4&transport=polling'],
];

const TYPES = [
  ...['application/json', 'application/sdp', 'application/trickle-ice-sdpfrag', 'text/plain'],
  ...['application/x-www-form-urlencoded', 'application/json; charset=utf-7', 'x'],
];

/** Requests that an HTTP client can be brought to send; never one that would end the server's service on purpose. */
export const httpCases: fc.Arbitrary<HttpCase> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'),
  path: fc
    .tuple(
      fc.constantFrom(...PATHS),
      fc.oneof(
        fc.constant(''),
        fc.webQueryParameters().map((query) => `?${query}`),
        suffixes(),
      ),
    )
    .map(([path, rest]) => `${path}${rest}`),
  headers: fc.record({
    'content-type': fc.constantFrom(...TYPES),
    authorization: fc.constantFrom(
      '',
      'Bearer',
      'Bearer x',
      `Bearer ${'x'.repeat(5_000)}`,
      'Basic eDp4',
      'TOKEN',
    ),
    origin: fc.constantFrom('', 'null', 'https://elsewhere.example', 'x'),
    'if-match': fc.constantFrom('', '*', '"x"'),
  }),
  body: fc.oneof(
    fc.constant(undefined),
    nastyValues.map((value) => JSON.stringify(value)),
    fc.string({ maxLength: 300 }),
    fc.constantFrom('{', '[[[[', '{"a":', '﻿{}', 'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nm=video 9 x\r\n'),
  ),
});

function suffixes(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.webSegment().map((segment) => `/${segment}`),
    fc.constantFrom(
      '/..%2f..%2fetc/passwd',
      '/%00',
      '/%ff',
      `/${'a'.repeat(4_000)}`,
      '//',
      '/.',
      '?a[b]=1&a=2',
    ),
  );
}
