/** The swarm's command line: `npm run swarm -- --help`. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HavenError } from '@haven/protocol';
import { UsageError } from '../failures.ts';
import { Administration, signIn } from './administration.ts';
import { parseSwarmArguments, readPeople, type SwarmArguments, type SwarmPeople } from './arguments.ts';
import { loopedClip } from './looped-clip.ts';
import {
  describeJoins,
  describePublishers,
  describeWalls,
  summarise,
  summariseJoins,
  summarisePublishers,
} from './summary.ts';
import { Swarm } from './swarm.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
/** What its patients look like: whole beats and breaths in a loop. */
const SYNTHETIC = 'hr=72,rr=15,tone=monk5,seed=1';
const NAME_WIDTH = 30;
/** A device's stream ends so long after its connection at the latest, ms (docs/protocol.md). */
const STREAMS_END_MS = 11_000;

const tell = (line: string) => process.stderr.write(`${line}\n`);

async function run(given: SwarmArguments, people: SwarmPeople): Promise<void> {
  const { server, publishers, viewers, framesPerSecond, room, duration } = given;
  const folder = join(process.env.HAVEN_CACHE_DIR ?? join(homedir(), '.cache', 'haven'), 'swarm');
  const layers = [];
  for (const layer of given.layers) {
    tell(`a loop of ${layer.width}×${layer.height} …`);
    layers.push({ layer, path: await loopedClip(SYNTHETIC, layer, framesPerSecond, folder) });
  }
  const administration = await Administration.signIn(server, people.administrator);
  const swarm = new Swarm();
  try {
    const streams = [];
    for (let number = given.firstPatient; number < given.firstPatient + publishers; number++) {
      const patientId = `P-${String(number).padStart(3, '0')}`;
      streams.push({ patientId, token: await administration.addDevice(patientId, room), layers });
    }
    tell(`${publishers} publishers …`);
    const published = await swarm.add({
      ...{ role: 'publishers', server, framesPerSecond, streams },
      answersKeyFrameRequests: true,
    });
    tell(`${viewers} walls …`);
    const token = await signIn(server, people.clinician);
    const { tiles, tileWidth, tileHeight, focused, joinsPerSecond } = given;
    const watching = await swarm.add({
      ...{ role: 'viewers', joinsPerSecond },
      viewers: Array.from({ length: viewers }, (_, offset) => ({
        ...{ server, token, roomId: room, offset, tiles, tileWidth, tileHeight, focused },
      })),
    });
    await swarm.take();
    tell(`${duration} s …`);
    await sleep(1000 * duration);
    const figures = await swarm.take();
    const walls = summarise(figures);
    const kept = summarisePublishers(figures);
    const joins = summariseJoins(watching);
    const { refused } = summariseJoins(published);
    if (given.json) {
      const found = { publishers: { ...kept, refused }, joins, walls };
      process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
      return;
    }
    const rows = [...describePublishers(kept), ...describeJoins(joins), ...describeWalls(walls)];
    for (const [name, value] of rows) process.stdout.write(`${name.padEnd(NAME_WIDTH)}${value}\n`);
    for (const [code, count] of Object.entries(refused)) tell(`${count} publishers were refused: ${code}`);
  } finally {
    swarm.end();
    await cleanUp(administration, publishers > 0);
  }
}

async function cleanUp(administration: Administration, published: boolean): Promise<void> {
  if (published) await sleep(STREAMS_END_MS);
  for (const left of await administration.cleanUp()) tell(`not removed: ${left}`);
}

try {
  const given = parseSwarmArguments(process.argv.slice(2));
  if (given !== undefined) await run(given, readPeople());
} catch (error) {
  const code = error instanceof HavenError ? `${error.code}: ` : '';
  tell(`${code}${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
}
