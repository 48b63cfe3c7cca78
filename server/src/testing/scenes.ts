import { randomUUID } from 'node:crypto';
import type { DeviceRequests, MonitorRequests, Privacy, RoomSnapshot, RtpParameters } from '@haven/protocol';
import { RtpPublisher } from './rtp-publisher.ts';
import { vp8Parameters } from './rtp-parameters.ts';
import type { TestClient } from './test-client.ts';
import type { TestServer } from './test-server.ts';

/** A device that has signed in and claimed its patient's stream. */
export async function claim(
  server: TestServer,
  patientId: string,
  token = server.access.addDevice(patientId).token,
  more: { talk?: boolean; privacy?: Privacy } = {},
) {
  const device = server.device(token);
  await device.connected();
  const started = await device.request('publish:start', {
    ...{ requestId: randomUUID(), patientId, source: 'camera' },
    ...more,
  });
  return { device, token, ...started };
}

/** A device whose video is announced; no RTP flows. */
export async function publish(
  server: TestServer,
  patientId: string,
  token?: string,
  more?: { talk?: boolean },
) {
  const claimed = await claim(server, patientId, token, more);
  const { device, streamId } = claimed;
  await produce(device, streamId, vp8Parameters());
  return claimed;
}

/** A device that can be talked with; its video is announced, and no RTP flows. */
export function publishWithTalk(server: TestServer, patientId: string, token?: string) {
  return publish(server, patientId, token, { talk: true });
}

/** A device that really sends. */
export async function publishRtp(server: TestServer, patientId: string, token?: string, frameBytes?: number) {
  const claimed = await claim(server, patientId, token);
  const { device, streamId, transport } = claimed;
  const rtpParameters = vp8Parameters();
  const publisher = await RtpPublisher.connect(
    transport,
    (dtlsParameters) => device.request('publish:connect', { streamId, dtlsParameters }),
    rtpParameters,
    frameBytes,
  );
  await produce(device, streamId, rtpParameters);
  server.atClose(() => publisher.close());
  publisher.start();
  return { ...claimed, publisher };
}

export function produce(device: TestClient<DeviceRequests>, streamId: string, rtpParameters: RtpParameters) {
  return device.request('publish:produce', { requestId: randomUUID(), streamId, rtpParameters });
}

/** A clinician who watches a room. */
export async function watch(
  server: TestServer,
  roomId = 'ward-a',
): Promise<{ monitor: TestClient<MonitorRequests>; userId: string; token: string; snapshot: RoomSnapshot }> {
  const { userId, token } = server.access.addUser({ roles: ['clinician'], rooms: [roomId] });
  const monitor = server.monitor(token);
  await monitor.connected();
  return { monitor, userId, token, snapshot: await monitor.request('room:join', { roomId }) };
}

/** A clinician's consumer of a stream, paused. */
export async function consume(monitor: TestClient<MonitorRequests>, streamId: string) {
  const { transport, routerRtpCapabilities } = await monitor.request('transport:open', {
    requestId: randomUUID(),
  });
  const consumer = await monitor.request('consumer:create', {
    requestId: randomUUID(),
    transportId: transport.id,
    streamId,
    rtpCapabilities: routerRtpCapabilities,
  });
  return { transport, rtpCapabilities: routerRtpCapabilities, ...consumer };
}
