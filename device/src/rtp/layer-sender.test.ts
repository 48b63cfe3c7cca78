import { describe, expect, test } from '@jest/globals';
import type { RtpHeader } from 'werift';
import { TWO_LAYERS } from '../encoder/temporal-pattern.ts';
import { TokenBucket } from '../media/token-bucket.ts';
import { LayerSender } from './layer-sender.ts';

type Sent = { payload: Buffer; header: RtpHeader };

function senderWithWire(rtx: { ssrc: number; payloadType: number } | undefined) {
  const wire: Sent[] = [];
  const sender = new LayerSender(
    { ssrc: 1000, payloadType: 101, rtx, absSendTimeId: 4 },
    { sendRtp: (payload, header) => wire.push({ payload, header }), sendRtcp: () => undefined },
  );
  return { sender, wire };
}
const frame = (timeMs: number, bytes = 3000) => ({
  timeMs,
  key: false,
  temporal: TWO_LAYERS.pictures[0],
  data: Buffer.alloc(bytes),
});

const budget = (bytes = 10_000) => new TokenBucket(bytes);

describe('the sender of a layer', () => {
  test('numbers packets in sequence, marks the last of a picture and gives all of them its time', () => {
    const { sender, wire } = senderWithWire(undefined);
    sender.send(frame(1000), 1000);
    sender.send(frame(1066.7, 100), 1067);
    expect(wire.map(({ header }) => header.marker)).toEqual([false, false, true, true]);
    const numbers = wire.map(({ header }) => header.sequenceNumber);
    expect(numbers.map((number) => (number - numbers[0]) & 0xffff)).toEqual([0, 1, 2, 3]);
    const times = wire.map(({ header }) => header.timestamp);
    expect(new Set(times.slice(0, 3)).size).toBe(1);
    expect((times[3] - times[0]) >>> 0).toBe(6003);
    expect(wire[0].header.extensions).toMatchObject([{ id: 4, payload: { length: 3 } }]);
  });

  test('sends a lost packet again on the retransmission stream with its old number in front', () => {
    const { sender, wire } = senderWithWire({ ssrc: 2000, payloadType: 102 });
    sender.send(frame(0), 0);
    const lost = wire[1];
    sender.resend([lost.header.sequenceNumber], 50, 10, budget());
    const resent = wire.at(-1)!;
    expect(resent.header).toMatchObject({ ssrc: 2000, payloadType: 102, timestamp: lost.header.timestamp });
    expect(resent.payload.readUInt16BE(0)).toBe(lost.header.sequenceNumber);
    expect(resent.payload.subarray(2)).toEqual(lost.payload);
  });

  test('sends a lost packet again as it was where no retransmission stream was negotiated', () => {
    const { sender, wire } = senderWithWire(undefined);
    sender.send(frame(0), 0);
    const lost = wire[1];
    sender.resend([lost.header.sequenceNumber], 50, 10, budget());
    expect(wire.at(-1)!.header).toMatchObject({ ssrc: 1000, sequenceNumber: lost.header.sequenceNumber });
  });

  test('does not send again more than the budget allows', () => {
    const { sender, wire } = senderWithWire(undefined);
    sender.send(frame(0), 0);
    const numbers = wire.map(({ header }) => header.sequenceNumber);
    sender.resend(numbers, 50, 10, budget(2100));
    expect(wire).toHaveLength(numbers.length + 2);
  });

  test('keeps a resting layer alive by a picture without content', () => {
    const { sender, wire } = senderWithWire(undefined);
    sender.send(frame(0, 100), 0);
    sender.keepAlive(100);
    expect(wire).toHaveLength(1);
    sender.keepAlive(500);
    const [picture, kept] = wire.map(({ header }) => header);
    expect(kept.sequenceNumber).toBe((picture.sequenceNumber + 1) & 0xffff);
    expect((kept.timestamp - picture.timestamp) >>> 0).toBe(45_000);
    expect(wire[1].payload).toHaveLength(6);
  });

  test('reports nothing before its first packet, then the clock that its timestamps follow', () => {
    const { sender, wire } = senderWithWire(undefined);
    expect(sender.report(0)).toBeUndefined();
    sender.send(frame(1000), 1001);
    const report = sender.report(1500)!;
    expect((report.senderInfo.rtpTimestamp - wire[0].header.timestamp) >>> 0).toBe(45_000);
    expect(report.senderInfo.packetCount).toBe(3);
  });
});
