/**
 * A Matroska stream of uncompressed I420 frames with exact timestamps, for an encoder's standard input (RFC 9559;
 * raw video by the codec id `V_UNCOMPRESSED`). Each frame is a cluster of its own, so that its time has 64 bits.
 */

/** Nanoseconds in one tick: timestamps are whole microseconds. */
const TIMESTAMP_SCALE_NS = 1000;
const TRACK_NUMBER = 1;
const TRACK_TYPE_VIDEO = 1;
const KEY_FRAME_FLAG = 0x80;

const ID = {
  ebml: 0x1a45dfa3,
  docType: 0x4282,
  docTypeVersion: 0x4287,
  docTypeReadVersion: 0x4285,
  segment: 0x18538067,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  trackUid: 0x73c5,
  trackType: 0x83,
  flagLacing: 0x9c,
  codecId: 0x86,
  video: 0xe0,
  pixelWidth: 0xb0,
  pixelHeight: 0xba,
  colourSpace: 0x2eb524,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
} as const;

/** The size field that says "until the end of the stream". */
const UNKNOWN_SIZE = Buffer.from([0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);

/** What comes before the first frame. Width and height in pixels, both even. */
export function matroskaHeader(width: number, height: number): Buffer {
  const header = element(ID.ebml, [
    element(ID.docType, [Buffer.from('matroska')]),
    element(ID.docTypeVersion, [unsigned(4)]),
    element(ID.docTypeReadVersion, [unsigned(2)]),
  ]);
  const info = element(ID.info, [element(ID.timestampScale, [unsigned(TIMESTAMP_SCALE_NS)])]);
  const video = element(ID.video, [
    element(ID.pixelWidth, [unsigned(width)]),
    element(ID.pixelHeight, [unsigned(height)]),
    element(ID.colourSpace, [Buffer.from('I420')]),
  ]);
  const track = element(ID.trackEntry, [
    element(ID.trackNumber, [unsigned(TRACK_NUMBER)]),
    element(ID.trackUid, [unsigned(TRACK_NUMBER)]),
    element(ID.trackType, [unsigned(TRACK_TYPE_VIDEO)]),
    element(ID.flagLacing, [unsigned(0)]),
    element(ID.codecId, [Buffer.from('V_UNCOMPRESSED')]),
    video,
  ]);
  return Buffer.concat([header, elementId(ID.segment), UNKNOWN_SIZE, info, element(ID.tracks, [track])]);
}

/**
 * What comes before a frame's pixels.
 * @param timeUs whole microseconds since the first frame
 * @param frameBytes length of the pixels that follow
 */
export function matroskaFrameHeader(timeUs: number, frameBytes: number): Buffer {
  const timestamp = element(ID.timestamp, [unsigned(timeUs)]);
  const block = Buffer.from([0x80 | TRACK_NUMBER, 0, 0, KEY_FRAME_FLAG]);
  const blockHead = Buffer.concat([elementId(ID.simpleBlock), elementSize(block.length + frameBytes), block]);
  const clusterBytes = timestamp.length + blockHead.length + frameBytes;
  return Buffer.concat([elementId(ID.cluster), elementSize(clusterBytes), timestamp, blockHead]);
}

function element(id: number, content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([elementId(id), elementSize(body.length), body]);
}

function elementId(id: number): Buffer {
  return unsigned(id);
}

/** A length as an eight-byte variable-size integer: any length fits, and nothing has to be decided. */
function elementSize(length: number): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(length));
  size[0] = 0x01;
  return size;
}

/** A big-endian unsigned integer in as few bytes as it needs. */
function unsigned(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  const first = bytes.findIndex((byte) => byte !== 0);
  return bytes.subarray(first === -1 ? 7 : first);
}
