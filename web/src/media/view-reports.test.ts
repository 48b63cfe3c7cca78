/** @jest-environment node */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { HavenError, monitorRequests, readReply, type ViewedTile } from '@haven/protocol';
import { uuid } from '../testing/fixtures.ts';
import { ViewReports } from './view-reports.ts';

let answers: { resolve: () => void; reject: (error: Error) => void }[];
let sent: unknown[];
let reports: ViewReports;

beforeEach(() => {
  jest.useFakeTimers();
  answers = [];
  sent = [];
  reports = new ViewReports(async (name, request) => {
    sent.push({ name, request });
    await new Promise<void>((resolve, reject) => answers.push({ resolve, reject }));
    return readReply(monitorRequests, name, { ok: true, data: {} });
  });
});
afterEach(() => {
  reports.stop();
  jest.useRealTimers();
});

const aTile = (change: Partial<ViewedTile> = {}): ViewedTile => ({
  ...{ streamId: uuid(1), width: 320, height: 240, visible: true, focused: false },
  ...change,
});
const said = (...tiles: ViewedTile[]) => ({ name: 'view:report', request: { tiles } });
async function answered(): Promise<void> {
  answers.shift()?.resolve();
  await jest.advanceTimersByTimeAsync(0);
}

describe('reports of what the screen shows', () => {
  test('wait for a transport, and go at once when there is one', () => {
    reports.show([aTile()], false);
    expect(sent).toEqual([]);
    reports.start();
    expect(sent).toEqual([said(aTile())]);
  });

  test('go together when changes follow each other closely, and not at all when nothing changed', async () => {
    reports.start();
    for (const width of [100, 200, 300]) reports.show([aTile({ width })], false);
    expect(sent).toEqual([]);
    await jest.advanceTimersByTimeAsync(100);
    expect(sent).toEqual([said(aTile({ width: 300 }))]);
    await answered();
    reports.show([aTile({ width: 300 })], true);
    await jest.advanceTimersByTimeAsync(1000);
    expect(sent).toHaveLength(1);
  });

  test('do not wait when somebody waits for them, unless one has just gone', async () => {
    reports.start();
    reports.show([aTile({ focused: true })], true);
    expect(sent).toHaveLength(1);
    await answered();
    reports.show([aTile()], true);
    expect(sent).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(100);
    expect(sent).toHaveLength(2);
  });

  test('go one at a time, the last with what the screen shows by then', async () => {
    reports.start();
    reports.show([aTile()], true);
    reports.show([aTile({ width: 500 })], true);
    reports.show([aTile({ width: 600 })], true);
    await jest.advanceTimersByTimeAsync(5000);
    expect(sent).toHaveLength(1);
    await answered();
    await jest.advanceTimersByTimeAsync(100);
    expect(sent).toEqual([said(aTile()), said(aTile({ width: 600 }))]);
  });

  test('are repeated after a failure', async () => {
    reports.start();
    reports.show([aTile()], true);
    answers.shift()?.reject(new HavenError('TIMEOUT'));
    await jest.advanceTimersByTimeAsync(1000);
    expect(sent).toEqual([said(aTile()), said(aTile())]);
  });

  test('are told anew to a new transport, whatever becomes of those before', async () => {
    reports.start();
    reports.show([aTile()], true);
    reports.start();
    expect(sent).toHaveLength(2);
    await answered();
    await jest.advanceTimersByTimeAsync(1000);
    expect(sent).toHaveLength(2);
  });

  test('end with the transport', async () => {
    reports.start();
    reports.stop();
    reports.show([aTile()], true);
    await jest.advanceTimersByTimeAsync(1000);
    expect(sent).toEqual([]);
  });
});
