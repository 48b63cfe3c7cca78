import { describe, expect, test } from '@jest/globals';
import { parseSwarmArguments, readPeople } from './arguments.ts';

const SERVER = ['--server', 'https://haven.example:3000'];

describe('The swarm’s command line', () => {
  test('has a default for everything but the server', () => {
    expect(parseSwarmArguments(SERVER)).toMatchObject({
      ...{ server: 'https://haven.example:3000', publishers: 10, viewers: 5, tiles: 12, room: 'ward-a' },
      layers: [
        { width: 320, height: 240, bitrate: 400_000 },
        { width: 640, height: 480, bitrate: 1_000_000 },
      ],
    });
  });

  test('takes layers and sizes', () => {
    const given = parseSwarmArguments([
      ...SERVER,
      '--layers',
      '160x120:150',
      '--tile-size',
      '240x180',
      '--json',
    ]);
    expect(given).toMatchObject({
      ...{ tileWidth: 240, tileHeight: 180, json: true },
      layers: [{ width: 160, height: 120, bitrate: 150_000 }],
    });
  });

  test.each([
    [[], /--server/],
    [['--server', 'haven'], /address/],
    [[...SERVER, '--viewers', '-1'], /--viewers/],
    [[...SERVER, '--tiles', '1000'], /--tiles takes a whole number from 1 to 100/],
    [[...SERVER, '--layers', '320x240'], /KBIT/],
    [[...SERVER, '--first-patient', '990', '--publishers', '20'], /patient numbers/],
    [[...SERVER, '--duration', 'long'], /--duration/],
  ])('says what is wrong with %j', (argv, message) => {
    expect(() => parseSwarmArguments(argv)).toThrow(message);
  });

  test('takes passwords from the environment, and names what is missing', () => {
    const environment = {
      HAVEN_SWARM_ADMINISTRATOR_EMAIL: 'a@haven.local',
      HAVEN_SWARM_ADMINISTRATOR_PASSWORD: 'secret',
      HAVEN_SWARM_CLINICIAN_EMAIL: 'c@haven.local',
    };
    expect(() => readPeople(environment)).toThrow(/HAVEN_SWARM_CLINICIAN_PASSWORD/);
    expect(readPeople({ ...environment, HAVEN_SWARM_CLINICIAN_PASSWORD: 'too' }).clinician.password).toBe(
      'too',
    );
  });
});
