import { expect, test } from '@jest/globals';
import { HavenError } from '@haven/protocol';
import { StreamRegistry } from './stream-registry.ts';

const IDENTITY = { patientId: 'P-101', roomId: 'ward-a', deviceId: 'bed', source: 'camera' as const };

test('A patient whose stream could not be made is given back to the other nodes', async () => {
  const acquire = () => Promise.reject(new HavenError('CAPACITY_EXCEEDED'));
  const streams = new StreamRegistry({ acquire }, Date.now);
  const claimed: string[] = [];
  streams.claimBy({
    claim: ({ patientId }) => Promise.resolve(void claimed.push(patientId)),
    release: (patientId) => Promise.resolve(void claimed.splice(claimed.indexOf(patientId), 1)),
  });
  await expect(streams.publish(IDENTITY)).rejects.toMatchObject({ code: 'CAPACITY_EXCEEDED' });
  expect(claimed).toEqual([]);
});
