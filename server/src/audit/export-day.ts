import { canonicalText } from './canonical.ts';
import {
  readChains,
  readCheckpointBefore,
  readCheckpoints,
  readLines,
  type ChainReading,
} from './chain-reads.ts';

/**
 * A day as JSON lines: its chains one after the other, then its checkpoints, each after the checkpoint that it stands
 * on. Every text is canonical, so that what was hashed can be made from it by leaving out the hash.
 * @throws HavenError STORAGE_UNAVAILABLE
 */
export async function* exportDay(reading: ChainReading, day: string): AsyncGenerator<string> {
  const chains = await readChains(reading, day, day);
  for (const chain of chains) {
    for await (const line of readLines(reading, chain)) yield `${canonicalText(line)}\n`;
  }
  const checkpoints = await readCheckpoints(reading, day, day);
  const nodes = new Set([...chains, ...checkpoints].map(({ node }) => node));
  for (const node of nodes) {
    const before = await readCheckpointBefore(reading, { node, day });
    const own = checkpoints.find((checkpoint) => checkpoint.node === node);
    for (const checkpoint of [before, own]) {
      if (checkpoint !== undefined) yield `${canonicalText(checkpoint)}\n`;
    }
  }
}
