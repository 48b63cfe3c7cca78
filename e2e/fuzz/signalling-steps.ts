import { randomUUID } from 'node:crypto';
import { fuzzEngine } from './engine-fuzz.ts';
import type { Findings } from './findings.ts';
import { floodWithConnections } from './flood.ts';
import { PATIENT, ROOM, type FuzzedWard } from './fuzzed-ward.ts';
import { fuzzHttp, fuzzRawHttp, RAW_HTTP } from './http-fuzz.ts';
import { FuzzedPublisher } from './media/fuzzed-publisher.ts';
import { knockAsNode, nodeHandshake } from './node-fuzz.ts';
import type { PlannedStep } from './planned-step.ts';
import { DOORS, NODE_DOOR } from './signalling-cases.ts';
import { fuzzSignalling } from './signalling-fuzz.ts';

/** Bad requests and bad connections at everything but the media port. */
export function signallingSteps(ward: FuzzedWard, findings: Findings): PlannedStep[] {
  const { server, tokens, clusterSecret } = ward;
  const { url } = server;
  const ids = () => ({ patientId: PATIENT, roomId: ROOM, requestId: randomUUID() });

  const doors = DOORS.map((door, index): PlannedStep => ({
    ...{ name: `signalling ${door.namespace}`, share: 0.1 },
    run: (choice) => {
      const token = [tokens.monitor, tokens.device, tokens.cvWorker][index];
      const handshake = door.namespace === '/cv' ? { worker: { name: 'fuzz', capacity: 1 } } : {};
      return fuzzSignalling({ url, door, token, handshake, ids: ids(), choice, findings });
    },
  }));

  return [
    ...doors,
    {
      ...{ name: `signalling ${NODE_DOOR.namespace} without the secret`, share: 0.02 },
      run: (choice) => knockAsNode({ url, secret: clusterSecret, choice, findings }),
    },
    {
      ...{ name: `signalling ${NODE_DOOR.namespace} with the secret`, share: 0.03 },
      run: async (choice) => {
        // What pipes carry to other nodes.
        const stream = { codec: 'VP8', protocol: 'udp' } as const;
        const publisher = await FuzzedPublisher.open({
          ...{ url, token: tokens.device, patientId: PATIENT, ...stream },
        });
        const { streamId } = publisher;
        try {
          return await fuzzSignalling({
            ...{ url, door: NODE_DOOR, token: '', handshake: nodeHandshake(clusterSecret) },
            ...{ ids: { ...ids(), streamId, pipeId: randomUUID() }, choice, findings },
          });
        } finally {
          publisher.close();
        }
      },
    },
    {
      ...{ name: 'Engine.IO and Socket.IO packets', share: 0.05 },
      run: async (choice) => new Map([['sent', await fuzzEngine(url, choice)]]),
    },
    {
      ...{ name: 'HTTP', share: 0.1 },
      run: async (choice) => {
        await fuzzRawHttp(url, RAW_HTTP);
        return fuzzHttp({ url, token: tokens.monitor, choice, findings });
      },
    },
    {
      ...{ name: 'a flood of bad connections', share: 0.2 },
      run: ({ count }) => floodWithConnections(url, count),
    },
  ];
}
