import { createHmac } from 'node:crypto';
import { iceServersSchema } from '@haven/protocol';
import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../config/config.ts';
import { iceServersFor } from './ice-servers.ts';

const SECRET = 'a secret of 20 letters';
const NOW = Date.UTC(2026, 0, 1);

describe('ICE servers', () => {
  test('are none where none are set up', () => {
    expect(iceServersFor(readConfig({}), 'device:1', NOW)).toEqual([]);
  });

  test('come with credentials that end after the time that is set', () => {
    const config = readConfig({
      HAVEN_TURN_URLS:
        'stun:turn.example, turn:turn.example?transport=udp, turns:turn.example:443?transport=tcp',
      HAVEN_TURN_SECRET: SECRET,
      HAVEN_TURN_TTL_MINUTES: '60',
    });
    const username = `${NOW / 1000 + 3600}:device-1`;
    const servers = iceServersFor(config, 'device:1', NOW);
    expect(servers).toEqual([
      { urls: ['stun:turn.example'] },
      {
        urls: ['turn:turn.example?transport=udp', 'turns:turn.example:443?transport=tcp'],
        username,
        credential: createHmac('sha1', SECRET).update(username).digest('base64'),
      },
    ]);
    expect(iceServersSchema.parse(servers)).toEqual(servers);
  });

  test.each([
    [{ HAVEN_TURN_URLS: 'turn:turn.example' }, /HAVEN_TURN_SECRET/],
    [{ HAVEN_TURN_URLS: 'http://turn.example' }, /HAVEN_TURN_URLS/],
    [{ HAVEN_TURN_URLS: 'stun:turn.example, turn:a b' }, /HAVEN_TURN_URLS/],
    [{ HAVEN_TURN_URLS: 'stun:turn.example>; rel="next"' }, /HAVEN_TURN_URLS/],
    [{ HAVEN_TURN_URLS: 'turn:turn.example', HAVEN_TURN_SECRET: 'short' }, /HAVEN_TURN_SECRET/],
  ])('that are set up wrongly stop the start: %j', (settings, sentence) => {
    expect(() => readConfig(settings)).toThrow(sentence);
  });
});
