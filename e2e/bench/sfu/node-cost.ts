import { setTimeout as sleep } from 'node:timers/promises';
import { LoadedServer, type WallSize } from '../../load/loaded-server.ts';
import { SIMULCAST } from '../../load/loops.ts';
import { cpuSeconds } from '../../support/process-usage.ts';
import { row, say } from './table.ts';

const FRAMES_PER_SECOND = 15;
const PUBLISHERS = 12;
const SIZE: WallSize = { tiles: 12, tileWidth: 320, tileHeight: 240, focused: 0 };
/** Until the joining is over and done with, ms. */
const SETTLE_MS = 10_000;

/** What a wall that nobody touches costs the server's Node process: with so many of them less without any. */
export async function measureNode(viewers: number, seconds: number): Promise<void> {
  say(
    `\n(b) Node's CPU a viewer: ${viewers} walls of ${SIZE.tiles} tiles that nobody touches, ${PUBLISHERS} publishers`,
  );
  const loaded = await LoadedServer.open({
    publishers: PUBLISHERS,
    layers: SIMULCAST,
    framesPerSecond: FRAMES_PER_SECOND,
  });
  try {
    const { pid } = loaded.server.program;
    const measure = async () => {
      await sleep(SETTLE_MS);
      const before = cpuSeconds(pid) ?? 0;
      await sleep(1000 * seconds);
      return ((cpuSeconds(pid) ?? 0) - before) / seconds;
    };
    const without = await measure();
    await loaded.watch(viewers, SIZE, 5);
    const together = await measure();
    row('Node without viewers', `${(100 * without).toFixed(1)} %`);
    row(`Node with ${viewers}`, `${(100 * together).toFixed(1)} %`);
    row('a viewer', `${((100 * (together - without)) / viewers).toFixed(3)} %`, 'of one core');
  } finally {
    await loaded.close();
  }
}
