/** mediasoup-client with its own fake of a browser's WebRTC, and the remote parameters that go with it. */
import {
  rtpCapabilitiesSchema,
  rtpParametersSchema,
  transportOptionsSchema,
  type MonitorRequests,
} from '@haven/protocol';
import { Device, FakeHandler, testFakeParameters } from 'mediasoup-client';
import type { Answers } from './monitor-server.ts';

/** As in a browser, the path is there once something is to be received over it. */
export function createFakeDevice(): Promise<Device> {
  const fake = FakeHandler.createFactory(testFakeParameters);
  return Device.factory({
    handlerFactory: {
      ...fake,
      factory: (options) => {
        const handler = fake.factory(options);
        const receive = handler.receive.bind(handler);
        handler.receive = async (received) => {
          const tracks = await receive(received);
          handler.emit('@connectionstatechange', 'connected');
          return tracks;
        };
        return handler;
      },
    },
  });
}

/** How a server answers a viewer's requests for media. */
export function mediaAnswers(): Answers<MonitorRequests> {
  let consumers = 0;
  const transport = testFakeParameters.generateTransportRemoteParameters();
  return {
    'transport:open': () => ({
      routerRtpCapabilities: rtpCapabilitiesSchema.parse(testFakeParameters.generateRouterRtpCapabilities()),
      transport: transportOptionsSchema.parse({
        ...transport,
        iceCandidates: [],
        dtlsParameters: { fingerprints: [{ algorithm: 'sha-256', value: Array(32).fill('AB').join(':') }] },
      }),
      iceServers: [],
    }),
    'transport:connect': () => ({}),
    'consumer:create': () => {
      consumers += 1;
      const remote = testFakeParameters.generateConsumerRemoteParameters({ codecMimeType: 'video/VP8' });
      return {
        consumerId: `consumer-${consumers}`,
        producerId: remote.producerId,
        rtpParameters: rtpParametersSchema.parse(remote.rtpParameters),
      };
    },
    'consumer:resume': () => ({}),
    'consumer:close': () => ({}),
    'view:report': () => ({}),
  };
}
