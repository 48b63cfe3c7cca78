/**
 * A recording that a device publishes is measured like the file itself: encoding, network, SFU and decoding take away
 * little of what the analyzer finds.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { writeClip } from '../device/src/synthetic/write-clip.ts';
import { startDevice } from './support/device-agent.ts';
import { HavenServer } from './support/haven-server.ts';
import { MonitorClient } from './support/monitor-client.ts';
import { Program, temporaryDirectory, until } from './support/process.ts';
import { alignedDifferences, type PublishedPulse } from './support/pulse-alignment.ts';

const CLIP_SECONDS = 60;
const PATIENT = 'P-101';

describe('a recording, published by the device agent', () => {
  let server: HavenServer;
  let monitor: MonitorClient;
  let clip: string;

  beforeAll(async () => {
    clip = join(temporaryDirectory('clip'), 'patient.mp4');
    // The rate changes, so that the two courses can be laid over each other at one place only.
    const synthetic = 'hr=70,rr=15,tone=medium,seed=0,hr@22=96,hr@42=80';
    await writeClip({ path: clip, synthetic, seconds: CLIP_SECONDS, fps: 15 });
    server = await HavenServer.start();
    monitor = await MonitorClient.join(server.url, (await server.signIn()).accessToken);
  }, 180_000);
  afterAll(async () => {
    monitor.close();
    await server.stop();
  }, 30_000);

  test('shows nine tenths of the seconds that the file itself gives, with the same pulse', async () => {
    const inFile = await pulsesOfFile(clip);
    expect(inFile.length).toBeGreaterThan(CLIP_SECONDS / 2);

    const device = await startDevice(server, PATIENT, '--file', clip);
    const { code } = await device.ended;
    expect({ code, output: device.output }).toMatchObject({ code: 0 });
    await until('the end of the stream', 15_000, () => !monitor.streams.has(PATIENT));
    const live = monitor.vitals.flatMap(({ at, vitals }) => {
      const pulse = vitals.find(({ name }) => name === 'pulse');
      return pulse?.value == null ? [] : [{ at, value: pulse.value }];
    });

    const { matched, median, largest } = alignedDifferences(inFile, live);
    console.log(
      `file ${inFile.length} s, live ${live.length} s, matched ${matched} s, ` +
        `median difference ${median.toFixed(2)}, largest ${largest.toFixed(2)} /min`,
    );
    expect(matched / inFile.length).toBeGreaterThanOrEqual(0.9);
    expect(median).toBeLessThanOrEqual(1);
    expect(largest).toBeLessThanOrEqual(3);
  }, 240_000);
});

async function pulsesOfFile(clip: string): Promise<PublishedPulse[]> {
  const program = new Program('cv-worker/src/analyze.ts', [clip, '--json'], {});
  const { code } = await program.ended;
  expect({ code, output: program.output }).toMatchObject({ code: 0 });
  const { seconds } = JSON.parse(program.output) as {
    seconds: { at: number; pulse: { value: number | null } }[];
  };
  return seconds.flatMap(({ at, pulse }) => (pulse.value === null ? [] : [{ at, value: pulse.value }]));
}
