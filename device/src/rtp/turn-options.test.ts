import { describe, expect, test } from '@jest/globals';
import { turnOptionsOf } from './turn-options.ts';

const CREDENTIALS = { username: '1:device', credential: 'secret' };
const USED = { turnUsername: '1:device', turnPassword: 'secret' };

describe('TURN options', () => {
  test('are none without servers', () => {
    expect(turnOptionsOf([])).toEqual({});
  });

  test.each([
    ['turn:turn.example', { turnServer: ['turn.example', 3478], turnTransport: 'udp' }],
    ['turn:192.0.2.1:80?transport=tcp', { turnServer: ['192.0.2.1', 80], turnTransport: 'tcp' }],
    ['turns:turn.example?transport=tcp', { turnServer: ['turn.example', 5349], turnTransport: 'tls' }],
    ['turn:[2001:db8::1]:3478', { turnServer: ['2001:db8::1', 3478], turnTransport: 'udp' }],
  ])('name the server of %s', (url, expected) => {
    expect(turnOptionsOf([{ urls: [url], ...CREDENTIALS }])).toEqual({ ...expected, ...USED });
  });

  test('take the first server of each kind', () => {
    const servers = [
      { urls: ['stun:stun.example', 'stun:other.example'] },
      { urls: ['turn:turn.example?transport=udp', 'turn:turn.example?transport=tcp'], ...CREDENTIALS },
    ];
    expect(turnOptionsOf(servers)).toEqual({
      stunServer: ['stun.example', 3478],
      turnServer: ['turn.example', 3478],
      turnTransport: 'udp',
      ...USED,
    });
  });
});
