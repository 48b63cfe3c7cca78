import { describe, expect, test } from '@jest/globals';
import { RtpHeader } from 'werift';
import { readRtpHead } from './rtp-head.ts';

const FIELDS = { payloadType: 101, sequenceNumber: 513, timestamp: 90_000, ssrc: 0xfffffffe };

function packet(extensions: { id: number; payload: Buffer }[]): Buffer {
  const header = new RtpHeader({ ...FIELDS, marker: true, extension: extensions.length > 0, extensions });
  return Buffer.concat([header.serialize(header.serializeSize), Buffer.alloc(30)]);
}

describe('The head of an RTP packet', () => {
  test('is read without an extension', () => {
    expect(readRtpHead(packet([]), 5)).toEqual({ ...FIELDS, headerBytes: 12, transportSequence: undefined });
  });

  test('gives the number of the packet in its transport, wherever it stands', () => {
    const extensions = [
      { id: 4, payload: Buffer.from([1, 2, 3]) },
      { id: 5, payload: Buffer.from([0x12, 0x34]) },
    ];
    expect(readRtpHead(packet(extensions), 5)).toMatchObject({ ...FIELDS, transportSequence: 0x1234 });
    expect(readRtpHead(packet(extensions), 6)?.transportSequence).toBeUndefined();
  });

  test('is not read of what is no packet', () => {
    expect(readRtpHead(Buffer.alloc(5), 5)).toBeUndefined();
    const cut = packet([{ id: 5, payload: Buffer.from([0, 1]) }]).subarray(0, 17);
    expect(readRtpHead(cut, 5)).toBeUndefined();
  });
});
