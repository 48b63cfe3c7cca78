import { describe, expect, test } from '@jest/globals';
import { RtcpPacketConverter, RtcpTransportLayerFeedback, TransportWideCC } from 'werift';
import { TransportFeedback } from './transport-feedback.ts';

const OWN_SSRC = 1;
const MEDIA_SSRC = 7;

function read(packet: Buffer | undefined): TransportWideCC {
  const [parsed] = RtcpPacketConverter.deSerialize(packet ?? Buffer.alloc(0));
  if (!(parsed instanceof RtcpTransportLayerFeedback)) throw new Error('no transport feedback');
  if (!(parsed.feedback instanceof TransportWideCC)) throw new Error('no transport-wide feedback');
  return parsed.feedback;
}

describe('Feedback on a transport', () => {
  test('says which packets came, and how long after each other', () => {
    const feedback = new TransportFeedback(OWN_SSRC);
    for (const [sequence, at] of [
      [100, 1000],
      [101, 1010],
      [103, 1200],
      [104, 1195],
    ]) {
      feedback.add(sequence, at);
    }
    const report = read(feedback.take(MEDIA_SSRC));
    expect(report).toMatchObject({
      senderSsrc: OWN_SSRC,
      mediaSourceSsrc: MEDIA_SSRC,
      baseSequenceNumber: 100,
    });
    // Small and large differences, one that did not come, and what is left of the chunk's seven places.
    expect(report.packetChunks).toMatchObject([{ symbolList: [1, 1, 0, 2, 2, 0, 0] }]);
    const [, ...differences] = report.recvDeltas.map(({ delta }) => delta / 1000);
    expect(differences).toEqual([10, 190, -5]);
  });

  test('begins where the last one ended, and counts', () => {
    const feedback = new TransportFeedback(OWN_SSRC);
    feedback.add(65_535, 0);
    expect(read(feedback.take(MEDIA_SSRC)).fbPktCount).toBe(0);
    feedback.add(1, 20);
    const second = read(feedback.take(MEDIA_SSRC));
    expect(second).toMatchObject({ baseSequenceNumber: 0, packetStatusCount: 2, fbPktCount: 1 });
    expect(feedback.take(MEDIA_SSRC)).toBeUndefined();
  });

  test('is as long as its header says, in words of 32 bits', () => {
    for (let count = 1; count <= 40; count++) {
      const feedback = new TransportFeedback(OWN_SSRC);
      for (let index = 0; index < count; index++) feedback.add(index, 10 * index);
      const packet = feedback.take(MEDIA_SSRC);
      expect(packet?.length).toBe(4 * ((packet?.readUInt16BE(2) ?? 0) + 1));
    }
  });

  test('leaves out what is too old after an interruption', () => {
    const feedback = new TransportFeedback(OWN_SSRC);
    feedback.add(0, 0);
    feedback.add(5000, 10);
    const report = read(feedback.take(MEDIA_SSRC));
    expect(report.packetStatusCount).toBeLessThanOrEqual(400);
    expect(report.baseSequenceNumber + report.packetStatusCount - 1).toBe(5000);
  });
});
