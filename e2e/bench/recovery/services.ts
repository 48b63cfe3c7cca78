import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from '../../../server/src/records/testing/redis.ts';
import { until } from '../../support/process.ts';
import { happened } from '../../support/scripted-cv-worker.ts';
import { observedMs, type RecoveryCase } from './case.ts';
import { RecoveryWard } from './ward.ts';

const PATIENTS = 2;
const PATIENCE_MS = 60_000;
/** An alert of a fall is on the screens far sooner, ms. */
const ALERTED_MS = 3_000;

/** Everybody falls. @returns how many of them no alert was told of in time */
async function missedAlerts({ worker, monitor, wall }: RecoveryWard): Promise<number> {
  if (worker === undefined) throw new Error('the ward has no scripted worker');
  for (const patientId of wall.patientIds) {
    const assignment = await until('the assignment', PATIENCE_MS, () => worker.of(patientId));
    await worker.post([happened(assignment, 'fall')]);
  }
  await sleep(ALERTED_MS);
  return wall.patientIds.filter((patientId) => monitor.activeAlert(patientId, 'fall') === undefined).length;
}

/** A fall's alert ends when it is acknowledged, so that the next one is another. */
async function acknowledgeAll({ monitor }: RecoveryWard): Promise<void> {
  const falls = () => [...monitor.alerts.values()].filter(({ rule, active }) => rule === 'fall' && active);
  for (const { id, acknowledgement } of falls())
    if (acknowledgement === null)
      await monitor.request('alert:acknowledge', { requestId: randomUUID(), alertId: id });
  await until('the alerts to end', PATIENCE_MS, () => falls().length === 0);
}

const redis: RecoveryCase = {
  name: 'redis',
  what: 'Redis is stopped for a minute (seconds with --quick), in which everybody falls',
  goals: { 'longest gap, s': 1, 'missed alerts': 0 },
  async open(quick) {
    let cache = await startRedis();
    const ward = await RecoveryWard.start({ patients: PATIENTS, settings: { REDIS_URL: cache.url } });
    return {
      async close() {
        await ward.close();
        await cache.kill();
      },
      async run() {
        const since = Date.now();
        await cache.kill();
        const missed = await missedAlerts(ward);
        await sleep(2 * observedMs(quick) - (Date.now() - since));
        cache = await startRedis(cache.port);
        const longestGap = (await ward.wall.longestGap(since)) / 1000;
        await acknowledgeAll(ward);
        return { 'longest gap, s': longestGap, 'missed alerts': missed };
      },
    };
  },
};

const drain: RecoveryCase = {
  name: 'drain',
  what: 'a drain is begun and taken back',
  goals: { 'longest gap, s': 1 },
  async open(quick) {
    const ward = await RecoveryWard.start({ patients: PATIENTS });
    const { server, wall } = ward;
    const { accessToken } = await server.signIn(server.administrator);
    const drainBy = async (method: 'POST' | 'DELETE', body?: object) => {
      const response = await fetch(`${server.url}/api/v1/operations/drain`, {
        method,
        headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!response.ok) throw new Error(`the drain was refused: ${await response.text()}`);
    };
    const readyAs = (status: number) =>
      until('readyz', PATIENCE_MS, async () => (await fetch(`${server.url}/readyz`)).status === status);
    return {
      close: () => ward.close(),
      async run() {
        const since = Date.now();
        await drainBy('POST', { seconds: 600 });
        await readyAs(503);
        await sleep(observedMs(quick) / 2);
        await drainBy('DELETE');
        await readyAs(200);
        await wall.moving(Date.now(), PATIENCE_MS);
        return { 'longest gap, s': (await wall.longestGap(since)) / 1000 };
      },
    };
  },
};

export const serviceCases: readonly RecoveryCase[] = [redis, drain];
