import { createSocket } from 'node:dgram';
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { HavenError, type Assignment, type ErrorCode } from '@haven/protocol';
import { pino } from 'pino';
import { findFfmpeg } from './ffmpeg.ts';
import { FrameBuffers } from './frame-buffers.ts';
import { PortPairs } from './ports.ts';
import type { TapFrame } from './frame-gate.ts';
import { Tap } from './tap.ts';
import { eventually } from './testing/eventually.ts';
import { SOURCE_FRAMES_PER_SECOND } from './testing/rtp-source.ts';
import { requesterTo, TestSfu } from './testing/sfu.ts';

const PERIOD_MS = 1000 / SOURCE_FRAMES_PER_SECOND;
/** The RTP timestamp wraps two seconds after the start. */
const BEFORE_WRAP = 2 ** 32 - 2 * 90_000;
const address = '127.0.0.1';

let sfu: TestSfu;
let tap: Tap;
let frames: TapFrame[];
let ended: ErrorCode[];

const assignment: Assignment = {
  assignmentId: randomUUID(),
  epoch: 1,
  patientId: 'P-001',
  streamId: randomUUID(),
  source: 'synthetic',
  mode: 'both',
};

function openTap(): Tap {
  return new Tap({
    assignment,
    request: requesterTo(sfu),
    ports: new PortPairs({ address, range: { first: 21_200, last: 21_299 } }),
    buffers: new FrameBuffers(),
    address,
    ffmpeg: findFfmpeg(),
    normalRate: 15,
    logger: pino({ level: 'silent' }),
    onFrame: (frame) => frames.push(frame),
    onEnded: (code) => ended.push(code),
  });
}

beforeAll(async () => {
  sfu = await TestSfu.create({ timestamp: BEFORE_WRAP });
}, 15_000);
afterAll(() => sfu.close());

beforeEach(() => {
  frames = [];
  ended = [];
  sfu.opened = 0;
  sfu.keyFrameRequests = 0;
  sfu.layersAsked.length = 0;
  sfu.refusal = null;
  sfu.encrypted = false;
  sfu.source.sending = true;
  sfu.source.lateEvery = Infinity;
  tap = openTap();
});
afterEach(() => tap.close());

/** What an intruder on the same machine sends to the open tap, until stopped. */
function sendGarbage(packet: () => Buffer): () => void {
  const socket = createSocket('udp4');
  const timer = setInterval(() => {
    for (let count = 0; count < 5; count++) {
      socket.send(packet(), sfu.tapPort, address);
      socket.send(packet(), sfu.tapPort + 1, address);
    }
  }, 10);
  return () => {
    clearInterval(timer);
    socket.close();
  };
}

describe('a tap', () => {
  test('gives moving pictures spaced as they were sent, through a wrap of the RTP timestamp', async () => {
    await eventually(() => frames.length >= 3 * SOURCE_FRAMES_PER_SECOND, 15_000);
    expect(frames[0]).toMatchObject({ width: 320, height: 240, discontinuity: true });
    const steps = frames.slice(1).map((frame, index) => ({ frame, before: frames[index] }));
    const continuous = steps.filter(({ frame }) => !frame.discontinuity);
    expect(continuous.length).toBeGreaterThan(2 * SOURCE_FRAMES_PER_SECOND);
    for (const { frame, before } of continuous) {
      // On a busy machine the test's own relay loses packets: then a whole number of periods is missing.
      const periods = (frame.timeMs - before.timeMs) / PERIOD_MS;
      expect(Math.abs(periods - Math.round(periods))).toBeLessThan(0.02);
      expect(Buffer.compare(frame.pixels, before.pixels)).not.toBe(0);
    }
    expect(Math.abs(frames.at(-1)!.timeMs - Date.now())).toBeLessThan(5000);
    expect(tap.framesDecoded).toBe(frames.length);
  }, 30_000);

  test('reads what comes encrypted, as from another machine', async () => {
    await tap.close();
    frames = [];
    sfu.encrypted = true;
    tap = openTap();
    await eventually(() => frames.length >= 2 * SOURCE_FRAMES_PER_SECOND, 15_000);
    expect(frames.filter(({ discontinuity }) => discontinuity)).toHaveLength(1);
    expect(tap.restarts).toBe(0);
  }, 30_000);

  test('waits for packets that come late, and misses no picture', async () => {
    await eventually(() => frames.length > 5);
    sfu.source.lateEvery = 7;
    const from = frames.length;
    const startedAt = frames.at(-1)!.timeMs;
    await eventually(() => frames.length >= from + 4 * SOURCE_FRAMES_PER_SECOND, 15_000);
    const taken = frames.slice(from);
    const due = Math.round((taken.at(-1)!.timeMs - startedAt) / PERIOD_MS);
    expect(taken.length).toBeGreaterThan(0.97 * due);
    expect(taken.some((frame) => frame.discontinuity)).toBe(false);
    expect(sfu.keyFrameRequests).toBe(0);
  }, 30_000);

  test('has pictures again after its ffmpeg was killed, and their times go on', async () => {
    await eventually(() => frames.length > 5);
    const before = frames.length;
    process.kill(tap.decoderPid!, 'SIGKILL');
    await eventually(() => frames.slice(before).some((frame) => frame.discontinuity));
    expect(tap.restarts).toBeGreaterThan(0);
    const times = frames.map((frame) => frame.timeMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  }, 30_000);

  test('has pictures again within 8 s after its ffmpeg hung', async () => {
    await eventually(() => frames.length > 5);
    process.kill(tap.decoderPid!, 'SIGSTOP');
    const stoppedAt = Date.now();
    await eventually(() => frames.some((frame) => frame.discontinuity && frame.timeMs > stoppedAt), 8000);
    expect(tap.restarts).toBe(1);
  }, 30_000);

  test('asks for key frames while none come, and shows pictures as soon as they flow again', async () => {
    await eventually(() => frames.length > 5);
    sfu.source.sending = false;
    await eventually(() => sfu.keyFrameRequests > 0);
    await eventually(() => tap.restarts > 0);
    sfu.source.sending = true;
    const before = frames.length;
    await eventually(() => frames.length > before + 5, 5000);
  }, 30_000);

  test.each([
    ['random bytes', () => randomBytes(300)],
    ['an RTCP BYE', () => Buffer.from('80cb0000', 'hex')],
    [
      'RTP of another sender',
      () => {
        const packet = randomBytes(300);
        packet.writeUInt16BE(0x80e0, 0);
        return packet;
      },
    ],
  ])(
    'survives %s at its ports',
    async (_, packet) => {
      await eventually(() => frames.length > 5);
      const stop = sendGarbage(packet);
      await eventually(() => sfu.opened >= 2 || frames.length > 2 * SOURCE_FRAMES_PER_SECOND);
      stop();
      const before = frames.length;
      await eventually(() => frames.length > before + SOURCE_FRAMES_PER_SECOND);
      expect(ended).toEqual([]);
    },
    30_000,
  );

  test('has half the pictures of a stream without temporal layers when its rate is halved', async () => {
    await eventually(() => frames.length > 5);
    tap.aim({ spatialLayer: 0, crop: null }, 7.5);
    await eventually(() => sfu.layersAsked.at(-1)?.temporalLayer === 0);
    const before = frames.length;
    await eventually(() => frames.length > before + 15);
    const periods = frames
      .slice(before + 2)
      .map(({ timeMs }, index) => timeMs - frames[before + 1 + index].timeMs);
    expect(Math.min(...periods)).toBeGreaterThan(1.5 * PERIOD_MS);
    expect(tap.rate).toBe(7.5);
  }, 30_000);

  test('shows the part of the picture that it is aimed at, and counts no failure', async () => {
    await eventually(() => frames.length > 5);
    const crop = { x: 0.5, y: 0.25, scale: 0.5 };
    tap.aim({ spatialLayer: 1, crop }, 15);
    await eventually(() => frames.at(-1)?.crop !== undefined);
    expect(frames.find((frame) => frame.crop !== undefined)).toMatchObject({
      ...{ width: 320, height: 240, discontinuity: true },
      crop,
    });
    await eventually(() => tap.layers !== null);
    expect(sfu.layersAsked.at(-1)?.spatialLayer).toBe(1);
    expect(tap.layers).toEqual({ spatialLayer: 0, temporalLayer: 0 });
    expect(tap.restarts).toBe(0);
  }, 30_000);

  test('goes on trying when the server cannot open it for now', async () => {
    await eventually(() => frames.length > 5);
    sfu.refusal = new HavenError('INTERNAL');
    process.kill(tap.decoderPid!, 'SIGKILL');
    await eventually(() => tap.restarts >= 3);
    sfu.refusal = null;
    const before = frames.length;
    await eventually(() => frames.length > before);
    expect(ended).toEqual([]);
  }, 30_000);

  test('ends when the server says that the assignment is void', async () => {
    await eventually(() => frames.length > 5);
    sfu.refusal = new HavenError('STALE_EPOCH');
    process.kill(tap.decoderPid!, 'SIGKILL');
    await eventually(() => ended.length > 0);
    expect(ended).toEqual(['STALE_EPOCH']);
    expect(tap.decoderPid).toBeUndefined();
  }, 30_000);

  test('leaves no ffmpeg behind when it is closed, at whatever moment', async () => {
    await tap.close();
    expect(tap.decoderPid).toBeUndefined();
    tap = openTap();
    await eventually(() => tap.decoderPid !== undefined);
    await tap.close();
    expect(tap.decoderPid).toBeUndefined();
    expect(ended).toEqual([]);
  }, 30_000);
});
