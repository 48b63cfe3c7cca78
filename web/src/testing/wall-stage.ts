import { MONITOR_NAMESPACE, monitorRequests, type MonitorRequests } from '@haven/protocol';
import { backoffMs } from '../core/backoff.ts';
import { Connection } from '../core/connection.ts';
import { Wall, type MonitorConnection } from '../core/wall.ts';
import { ViewerMedia } from '../media/viewer-media.ts';
import { createFakeDevice, mediaAnswers } from './fake-media.ts';
import { aSnapshot, T0, uuid } from './fixtures.ts';
import { NamespaceServer } from './monitor-server.ts';
import { until } from './until.ts';

/** A wall with a server that answers as a test says, and a clock that stands until the test moves it. */
export class WallStage {
  readonly server: NamespaceServer<MonitorRequests>;
  /** ms */
  now = T0;
  /** For each wait of the media: how many failures in a row came before the one it follows. */
  readonly waits: number[] = [];
  #wall: Wall | undefined;
  #tick: () => void = () => undefined;

  private constructor(server: NamespaceServer<MonitorRequests>) {
    this.server = server;
  }

  static async start(): Promise<WallStage> {
    const server = await NamespaceServer.start<MonitorRequests>(MONITOR_NAMESPACE, {
      ...mediaAnswers(),
      'session:describe': () => ({
        userId: uuid(7),
        displayName: 'Nurse',
        roles: ['clinician'],
        rooms: [{ id: 'ward-1', name: 'Ward 1' }],
      }),
      'room:join': () => aSnapshot(),
    });
    return new WallStage(server);
  }

  open(roomId: string | null = null): Wall {
    const connection: MonitorConnection = new Connection({
      url: this.server.url,
      requests: monitorRequests,
      credentials: { token: () => Promise.resolve('token') },
    });
    const media = new ViewerMedia(
      (name, request) => connection.request(name, request),
      createFakeDevice,
      () => this.now,
      (failures) => {
        this.waits.push(failures);
        return backoffMs(failures);
      },
    );
    const wall = new Wall({ connection, media, now: () => this.now, roomId });
    wall.open({
      onTick: (listener) => {
        this.#tick = listener;
        return () => undefined;
      },
      close: () => undefined,
    });
    this.#wall = wall;
    return wall;
  }

  /** Lets the wall look at its clock. */
  tick(): void {
    this.#tick();
  }

  /** Waits for the room and its alarms. */
  async joined(): Promise<void> {
    await until('the room', () => this.#wall?.state.get().room !== null && this.#wall?.alarms.get() === 'on');
  }

  async close(): Promise<void> {
    this.#wall?.close();
    await this.server.close();
  }
}
