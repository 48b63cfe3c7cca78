import { setTimeout as sleep } from 'node:timers/promises';
import type { Assignment, Observation } from '@haven/protocol';
import type { Browser, Page } from 'playwright-core';
import { testIds } from '../../web/src/test-ids.ts';
import { AlertWitness } from './alert-witness.ts';
import { launchChromium, signInOnPage } from './browser.ts';
import { startDevice } from './device-agent.ts';
import { countLosses, type Losses } from './durable-losses.ts';
import { HavenServer } from './haven-server.ts';
import { KillablePostgres } from './killable-postgres.ts';
import { MonitorClient } from './monitor-client.ts';
import { until, type Program } from './process.ts';
import { measured, ScriptedCvWorker } from './scripted-cv-worker.ts';

const PATIENTS = ['P-101', 'P-102', 'P-103', 'P-104'];
/** Each patient's rates are beyond their limits for the first part of each cycle, ms: longer than the rules' delay. */
const CYCLE_MS = 40_000;
const BEYOND_MS = 22_000;
const VITALS_A_STREAM = 3;
/** How long the wall may take to get a stream, an alert or a picture back on a busy machine, ms. */
const PATIENCE_MS = 60_000;

export type Interruption = {
  /** Longest time without vitals of one patient at the monitor, ms. */
  vitalsGapMs: number;
  /** Longest time in which the browser presented no new picture, ms; NaN when it was not counted. */
  videoGapMs: number;
  alertsRaised: number;
};

/**
 * A server on a database of its own with everything that uses it: devices that publish, a CV worker that posts vitals
 * which cross their limits now and then, a monitor that acknowledges, a browser that plays.
 */
export class LoadedWard {
  readonly server: HavenServer;
  readonly postgres: KillablePostgres;
  readonly worker: ScriptedCvWorker;
  readonly monitor: MonitorClient;
  readonly witness: AlertWitness;
  readonly #devices: Program[];
  readonly #browser: Browser;
  readonly #page: Page;

  private constructor(parts: {
    server: HavenServer;
    postgres: KillablePostgres;
    worker: ScriptedCvWorker;
    monitor: MonitorClient;
    devices: Program[];
    browser: Browser;
    page: Page;
  }) {
    this.server = parts.server;
    this.postgres = parts.postgres;
    this.worker = parts.worker;
    this.monitor = parts.monitor;
    this.witness = new AlertWitness(parts.monitor);
    this.#devices = parts.devices;
    this.#browser = parts.browser;
    this.#page = parts.page;
  }

  /** @param streams at most as many as a new installation has patients */
  static async start({ streams, vitalsPerSecond }: { streams: number; vitalsPerSecond: number }) {
    const postgres = await KillablePostgres.start();
    const server = await HavenServer.start({ DATABASE_URL: postgres.url, HAVEN_CV_WORKERS: '0' });
    const patients = PATIENTS.slice(0, streams);
    const devices: Program[] = [];
    for (const patientId of patients)
      devices.push(
        await startDevice(server, patientId, '--synthetic', 'hr=72', '--size', '320x240', '--fps', '10'),
      );
    const worker = new ScriptedCvWorker(server.url, server.cvKey);
    const monitor = await MonitorClient.join(server.url, (await server.signIn()).accessToken);
    const browser = await launchChromium();
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
    await signInOnPage(page, server.url, server.user);
    const ward = new LoadedWard({ server, postgres, worker, monitor, devices, browser, page });
    await ward.#streaming(patients.length);
    worker.start((1000 * VITALS_A_STREAM * streams) / vitalsPerSecond, crossing);
    await ward.#countPictures(patients[0]);
    return ward;
  }

  /** Kills PostgreSQL, keeps it away for a while, and gives what the wall saw of that. */
  async killDatabase(outageMs: number): Promise<Interruption> {
    await this.postgres.kill();
    const killedAt = Date.now();
    await sleep(outageMs);
    const interruption = await this.#interruption(killedAt, Date.now());
    if (await this.#page.getByTestId(testIds.alarmsOff).isVisible()) throw new Error('the alarms went off');
    await this.postgres.restart();
    return interruption;
  }

  /** Kills the server, starts it again, and waits until the load goes on. @returns how long that took, ms */
  async killServer(): Promise<number> {
    const streams = this.worker.assignments.size;
    await this.server.program.kill();
    const killedAt = Date.now();
    await this.server.run();
    await this.#streaming(streams);
    const before = this.worker.acknowledged.size;
    await until('vitals to be taken', PATIENCE_MS, () => this.worker.acknowledged.size > before);
    return Date.now() - killedAt;
  }

  /** Waits until the database has what was acknowledged, and counts what it lacks or has twice. */
  losses(withinMs: number): Promise<Losses> {
    return countLosses(this, withinMs);
  }

  async close(): Promise<void> {
    this.witness.close();
    this.worker.close();
    this.monitor.close();
    await this.#browser.close();
    await Promise.all(this.#devices.map((device) => device.stop()));
    await this.server.stop();
    await this.postgres.stop();
  }

  async #streaming(streams: number): Promise<void> {
    await until('the streams', PATIENCE_MS, () => this.worker.assignments.size === streams);
    await until('the monitor', PATIENCE_MS, () => this.monitor.socket.connected);
  }

  async #countPictures(patientId: string): Promise<void> {
    const video = this.#page.getByTestId(testIds.tile(patientId)).getByTestId(testIds.video);
    await until('a picture', PATIENCE_MS, () =>
      video.evaluate((element) => element instanceof HTMLVideoElement && element.currentTime > 0),
    );
    await video.evaluate((element) => {
      const times: number[] = [];
      Object.assign(globalThis, { pictureTimes: times });
      if (!(element instanceof HTMLVideoElement)) return;
      const note = () => {
        times.push(Date.now());
        element.requestVideoFrameCallback(note);
      };
      element.requestVideoFrameCallback(note);
    });
  }

  async #interruption(since: number, until: number): Promise<Interruption> {
    const pictures = await this.#page.evaluate(() => Reflect.get(globalThis, 'pictureTimes') as number[]);
    const patients = [...this.worker.assignments.values()].map(({ patientId }) => patientId);
    const vitalsGaps = patients.map((patientId) => {
      const messages = this.monitor.vitals.filter((message) => message.patientId === patientId);
      return longestGap(
        messages.map(({ receivedAt }) => receivedAt),
        since,
        until,
      );
    });
    return {
      vitalsGapMs: Math.max(...vitalsGaps),
      videoGapMs: longestGap(pictures, since, until),
      alertsRaised: this.witness.raised.filter(({ receivedAt }) => receivedAt >= since && receivedAt <= until)
        .length,
    };
  }
}

function longestGap(times: readonly number[], since: number, until: number): number {
  const within = [since, ...times.filter((time) => time > since && time < until), until];
  return Math.max(...within.slice(1).map((time, index) => time - within[index]));
}

/** One second's vitals of a patient; patients take turns in being beyond their limits. */
function crossing(assignment: Assignment, at: number): Observation[] {
  const turn = (CYCLE_MS * PATIENTS.indexOf(assignment.patientId)) / PATIENTS.length;
  const beyond = (at + turn) % CYCLE_MS < BEYOND_MS;
  return [
    measured(assignment, 'pulse', beyond ? 150 : 80, at),
    measured(assignment, 'breathing', beyond ? 30 : 15, at),
    measured(assignment, 'motion', 0.1, at),
  ];
}
