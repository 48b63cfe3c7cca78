import type { Figures, Outcome } from './plan.ts';
import { quantile } from './quantile.ts';

/** What all walls of a swarm saw over a time. Rates are a second, shares 0–1. */
export type WallSummary = {
  seconds: number;
  viewers: number;
  tiles: number;
  packetRate: number;
  bitrate: number;
  /** Pictures of a tile a second. */
  pictureRate: number;
  /** Packets that came when asked for again, and that never came. */
  repairedShare: number;
  lostShare: number;
  /** Times that a tile stood still for longer than a second, and of all tiles' time. */
  freezes: number;
  frozenShare: number;
  /** Tiles that the server sends as stills now. */
  stills: number;
  /** ms */
  jitter: { p50: number; p95: number };
  /** Packets that were decrypted, and those of them that were not the server's. */
  samples: { genuine: number; forged: number };
  disconnects: number;
  /** CPU time of the swarm's own processes, cores. */
  cores: number;
};

const BITS = 8;

export function summarise(figures: readonly Figures[]): WallSummary {
  const watching = figures.filter(({ viewers }) => viewers.length > 0);
  const viewers = watching.flatMap((member) => member.viewers);
  const tiles = viewers.flatMap((viewer) => viewer.tiles);
  const sum = <T>(items: readonly T[], read: (item: T) => number) =>
    items.reduce((total, item) => total + read(item), 0);
  const seconds = Math.max(0, ...watching.map((member) => member.seconds));
  const packets = sum(tiles, (tile) => tile.packets);
  const [repaired, lost] = [sum(tiles, (tile) => tile.repaired), sum(tiles, (tile) => tile.lost)];
  const jitters = tiles.filter((tile) => tile.pictures > 0).map((tile) => tile.jitter);
  return {
    seconds,
    viewers: viewers.length,
    tiles: tiles.length,
    packetRate: packets / seconds,
    bitrate: (BITS * sum(tiles, (tile) => tile.bytes)) / seconds,
    pictureRate: sum(tiles, (tile) => tile.pictures) / seconds / tiles.length,
    repairedShare: repaired / (packets + repaired + lost),
    lostShare: lost / (packets + repaired + lost),
    freezes: sum(tiles, (tile) => tile.freezes),
    frozenShare: sum(tiles, (tile) => tile.frozenMs) / (1000 * seconds * tiles.length),
    stills: sum(viewers, (viewer) => viewer.stills),
    jitter: { p50: quantile(jitters, 0.5), p95: quantile(jitters, 0.95) },
    samples: {
      genuine: sum(viewers, ({ samples }) => samples.genuine),
      forged: sum(viewers, ({ samples }) => samples.forged),
    },
    disconnects: sum(viewers, (viewer) => viewer.disconnects),
    cores: sum(figures, (member) => member.cpuSeconds / member.seconds),
  };
}

/** What became of a swarm's publishers over a time. */
export type PublisherSummary = {
  publishers: number;
  /** Streams that were lost, and that were published again. */
  lost: number;
  cameBack: number;
  /** Publishers that publish nothing now. */
  away: number;
};

export function summarisePublishers(figures: readonly Figures[]): PublisherSummary {
  const publishers = figures.flatMap((member) => member.publishers);
  return {
    publishers: publishers.length,
    lost: publishers.reduce((sum, { lost }) => sum + lost, 0),
    cameBack: publishers.reduce((sum, { cameBack }) => sum + cameBack, 0),
    away: publishers.filter(({ away }) => away).length,
  };
}

/** p50 and p95, ms. */
export type Times = { p50: number; p95: number };
export type JoinSummary = {
  watching: number;
  /** How many were refused, by the server's code. */
  refused: Record<string, number>;
  joined: Times;
  firstPacket: Times;
  allTiles: Times;
};

/** How the beginnings of walls ended. */
export function summariseJoins(outcomes: readonly Outcome[]): JoinSummary {
  const watching = outcomes.flatMap((outcome) => ('refused' in outcome ? [] : outcome));
  const refused: Record<string, number> = {};
  for (const outcome of outcomes) {
    if ('refused' in outcome) refused[outcome.refused] = (refused[outcome.refused] ?? 0) + 1;
  }
  const times = (read: (outcome: (typeof watching)[number]) => number | undefined): Times => {
    const values = watching.flatMap((outcome) => read(outcome) ?? []);
    return { p50: quantile(values, 0.5), p95: quantile(values, 0.95) };
  };
  return {
    watching: watching.length,
    refused,
    joined: times(({ joinedMs }) => joinedMs),
    firstPacket: times(({ firstPacketMs }) => firstPacketMs),
    allTiles: times(({ allTilesMs }) => allTilesMs),
  };
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
const times = ({ p50, p95 }: Times) => `p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`;

/** As rows of a table: name and value. */
export function describeWalls(walls: WallSummary): [string, string][] {
  return [
    ['walls, tiles', `${walls.viewers}, ${walls.tiles}`],
    ['packets a second', walls.packetRate.toFixed(0)],
    ['bit rate', `${(walls.bitrate / 1e6).toFixed(1)} Mbit/s`],
    ['pictures of a tile a second', walls.pictureRate.toFixed(1)],
    ['lost, repaired', `${percent(walls.lostShare)}, ${percent(walls.repairedShare)}`],
    ['freezes beyond 1 s', `${walls.freezes}, ${percent(walls.frozenShare)} of the time`],
    ['tiles sent as stills', `${walls.stills}`],
    ['jitter', times(walls.jitter)],
    ['samples decrypted, forged', `${walls.samples.genuine}, ${walls.samples.forged}`],
    ['connections lost', `${walls.disconnects}`],
    ['the swarm itself', `${walls.cores.toFixed(2)} cores`],
  ];
}

export function describePublishers({
  publishers,
  lost,
  cameBack,
  away,
}: PublisherSummary): [string, string][] {
  return [
    ['publishers', `${publishers}, ${away} of them away`],
    ['publishers lost, came back', `${lost}, ${cameBack}`],
  ];
}

export function describeJoins(joins: JoinSummary): [string, string][] {
  const refused = Object.entries(joins.refused).map(([code, count]) => `${count} ${code}`);
  return [
    ['watching', `${joins.watching}`],
    ['refused', refused.length === 0 ? 'none' : refused.join(', ')],
    ['room joined', times(joins.joined)],
    ['first packet', times(joins.firstPacket)],
    ['a picture in every tile', times(joins.allTiles)],
  ];
}
