import { frameBytes } from '../frame.ts';
import { ByteReader, Underrun } from './byte-reader.ts';

const FILE_ID = Buffer.from('nut/multimedia container\0', 'latin1');
const STARTCODE_BYTES = 8;
const MAIN_STARTCODE = 0x4e4d7a561f5f04adn;
const STREAM_STARTCODE = 0x4e5311405bf2f9dbn;
const SYNCPOINT_STARTCODE = 0x4e4be4adeeca4569n;
/** Every start code begins with it, and no frame does. */
const STARTCODE_MARK = 0x4e;
/** A packet longer than this carries a checksum behind its length. */
const LONG_PACKET_BYTES = 4096;

const FLAG_CODED_PTS = 1 << 3;
const FLAG_STREAM_ID = 1 << 4;
const FLAG_SIZE_MSB = 1 << 5;
const FLAG_CHECKSUM = 1 << 6;
const FLAG_RESERVED = 1 << 7;
const FLAG_SIDE_DATA = 1 << 8;
const FLAG_HEADER_INDEX = 1 << 10;
const FLAG_MATCH_TIME = 1 << 11;
const FLAG_CODED = 1 << 12;
const FLAG_INVALID = 1 << 13;

/** Bound of what is kept while a header is incomplete: ffmpeg's headers take a few hundred bytes. */
const MAX_HEADER_BYTES = 64 * 1024;
const MAX_TIME_BASES = 16;

/** What came is not the NUT stream of one I420 video that was asked for. */
export class NutError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NutError';
  }
}

export type NutFrame = {
  /** Presentation time, ms from the stream's own origin. */
  ptsMs: number;
  width: number;
  height: number;
  /** I420, from the demuxer's `allocate`. */
  pixels: Uint8Array<ArrayBuffer>;
};

type FrameCode = {
  flags: number;
  ptsDelta: number;
  sizeFactor: number;
  sizeRest: number;
  reserved: number;
  headerIndex: number;
};
type TimeBase = { numerator: number; denominator: number };
type Main = { codes: FrameCode[]; timeBases: TimeBase[]; elisionHeaders: Uint8Array[] };
type Video = { width: number; height: number; timeBase: TimeBase; ptsShift: number };
type Payload = {
  ptsMs: number;
  width: number;
  height: number;
  pixels: Uint8Array<ArrayBuffer>;
  filled: number;
};

/**
 * Reads the NUT container (https://ffmpeg.org/~michael/nut.txt, versions 3 and 4) as far as ffmpeg writes it for
 * one I420 video, from chunks of any size. NUT is the container because it carries every picture's exact time,
 * which raw video does not. Checksums are not verified: the bytes come through a pipe.
 */
export class NutDemuxer {
  readonly #allocate: (bytes: number) => Uint8Array<ArrayBuffer>;
  readonly #maxFrameBytes: number;
  /** The beginning of a header whose rest has not come yet. */
  #pending: Uint8Array = new Uint8Array(0);
  #identified = false;
  #main: Main | null = null;
  #video: Video | null = null;
  #lastPts = 0;
  #payload: Payload | null = null;

  /**
   * @param allocate gives the buffer of one picture, exactly `bytes` long
   * @param maxFrameBytes a larger picture is an error
   */
  constructor(options: { allocate: (bytes: number) => Uint8Array<ArrayBuffer>; maxFrameBytes: number }) {
    this.#allocate = options.allocate;
    this.#maxFrameBytes = options.maxFrameBytes;
  }

  /**
   * Gives each picture that this chunk completes.
   * @throws NutError when the bytes are something else
   */
  *push(chunk: Uint8Array): Generator<NutFrame> {
    let bytes = chunk;
    while (bytes.length > 0) {
      if (this.#payload !== null) {
        bytes = bytes.subarray(this.#fill(this.#payload, bytes));
      } else {
        bytes = this.#readHeader(bytes);
      }
      if (this.#payload !== null && this.#payload.filled === this.#payload.pixels.length) {
        const { ptsMs, width, height, pixels } = this.#payload;
        this.#payload = null;
        yield { ptsMs, width, height, pixels };
      }
    }
  }

  #fill(payload: Payload, bytes: Uint8Array): number {
    const count = Math.min(bytes.length, payload.pixels.length - payload.filled);
    payload.pixels.set(bytes.subarray(0, count), payload.filled);
    payload.filled += count;
    return count;
  }

  /** Reads one header and returns what follows it; keeps an incomplete one for the next chunk. */
  #readHeader(bytes: Uint8Array): Uint8Array {
    const joined = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    const reader = new ByteReader(joined);
    try {
      if (!this.#identified) {
        if (!FILE_ID.equals(reader.bytes(FILE_ID.length))) throw new NutError('this is no NUT stream');
        this.#identified = true;
      } else if (reader.peek() === STARTCODE_MARK) {
        this.#readPacket(reader);
      } else {
        this.#readFrameHeader(reader);
      }
    } catch (error) {
      if (!(error instanceof Underrun)) throw error;
      if (joined.length > MAX_HEADER_BYTES)
        throw new NutError('a header is longer than any that ffmpeg writes');
      this.#pending = joined.slice();
      return joined.subarray(joined.length);
    }
    this.#pending = new Uint8Array(0);
    return joined.subarray(reader.position);
  }

  #readPacket(reader: ByteReader): void {
    const startcode = reader.uint(STARTCODE_BYTES);
    const length = reader.varint();
    if (length > LONG_PACKET_BYTES) reader.uint(4);
    if (length > MAX_HEADER_BYTES) throw new NutError('a packet is longer than any that ffmpeg writes');
    const packet = new ByteReader(reader.bytes(length));
    try {
      if (startcode === MAIN_STARTCODE) this.#main = readMain(packet);
      else if (startcode === STREAM_STARTCODE) this.#video = readVideo(packet, this.#main);
      else if (startcode === SYNCPOINT_STARTCODE) this.#readSyncpoint(packet);
    } catch (error) {
      if (error instanceof Underrun) throw new NutError('a packet ends too early');
      throw error;
    }
  }

  /** A syncpoint restates the time, from which the next frame's is counted. */
  #readSyncpoint(packet: ByteReader): void {
    const { main, video } = this.#assertHeaders();
    const coded = packet.varint();
    const timeBase = main.timeBases[coded % main.timeBases.length];
    const ticks = Math.floor(coded / main.timeBases.length);
    this.#lastPts = Math.floor(
      (ticks * timeBase.numerator * video.timeBase.denominator) /
        (timeBase.denominator * video.timeBase.numerator),
    );
  }

  #readFrameHeader(reader: ByteReader): void {
    const { main, video } = this.#assertHeaders();
    const code = main.codes[reader.uint8()];
    let flags = code.flags;
    if ((flags & FLAG_INVALID) !== 0) throw new NutError('a frame begins with an invalid code');
    if ((flags & FLAG_CODED) !== 0) flags ^= reader.varint();
    if ((flags & FLAG_STREAM_ID) !== 0 && reader.varint() !== 0) {
      throw new NutError('a frame belongs to another stream');
    }
    const codedPts = (flags & FLAG_CODED_PTS) === 0 ? null : reader.varint();
    let size = code.sizeRest;
    if ((flags & FLAG_SIZE_MSB) !== 0) size += code.sizeFactor * reader.varint();
    if ((flags & FLAG_MATCH_TIME) !== 0) reader.signedVarint();
    let headerIndex = code.headerIndex;
    if ((flags & FLAG_HEADER_INDEX) !== 0) headerIndex = reader.varint();
    let reserved = code.reserved;
    if ((flags & FLAG_RESERVED) !== 0) reserved = reader.varint();
    for (let field = 0; field < reserved; field++) reader.varint();
    if ((flags & FLAG_CHECKSUM) !== 0) reader.uint(4);
    if ((flags & FLAG_SIDE_DATA) !== 0) throw new NutError('a frame has side data');

    const expected = frameBytes(video.width, video.height);
    if (size !== expected) throw new NutError(`a picture has ${size} bytes instead of ${expected}`);
    if (size > this.#maxFrameBytes) throw new NutError(`a picture of ${size} bytes is too large`);
    const elision = size > LONG_PACKET_BYTES ? undefined : main.elisionHeaders[headerIndex];

    this.#lastPts =
      codedPts === null ? this.#lastPts + code.ptsDelta : fullPts(codedPts, this.#lastPts, video.ptsShift);
    const pixels = this.#allocate(size);
    if (elision !== undefined) pixels.set(elision);
    this.#payload = {
      ptsMs: (this.#lastPts * 1000 * video.timeBase.numerator) / video.timeBase.denominator,
      width: video.width,
      height: video.height,
      pixels,
      filled: elision?.length ?? 0,
    };
  }

  #assertHeaders(): { main: Main; video: Video } {
    if (this.#main === null || this.#video === null) throw new NutError('frames come before the headers');
    return { main: this.#main, video: this.#video };
  }
}

function readMain(packet: ByteReader): Main {
  const version = packet.varint();
  if (version !== 3 && version !== 4) throw new NutError(`NUT version ${version} is unknown`);
  if (version === 4) packet.varint();
  if (packet.varint() !== 1) throw new NutError('there is more than one stream');
  packet.varint();
  const timeBaseCount = packet.varint();
  if (timeBaseCount < 1 || timeBaseCount > MAX_TIME_BASES) throw new NutError('the time bases are wrong');
  const timeBases: TimeBase[] = [];
  for (let index = 0; index < timeBaseCount; index++) timeBases.push(readTimeBase(packet));
  const codes = readFrameCodes(packet);
  const elisionHeaders: Uint8Array[] = [new Uint8Array(0)];
  const elisionCount = packet.varint();
  for (let index = 0; index < elisionCount; index++) elisionHeaders.push(packet.bytes(packet.varint()));
  return { codes, timeBases, elisionHeaders };
}

function readTimeBase(packet: ByteReader): TimeBase {
  const numerator = packet.varint();
  const denominator = packet.varint();
  if (numerator < 1 || denominator < 1) throw new NutError('a time base is zero');
  return { numerator, denominator };
}

/** The 256 first bytes that a frame may have: runs of codes that share their fields. */
function readFrameCodes(packet: ByteReader): FrameCode[] {
  const invalid = {
    flags: FLAG_INVALID,
    ptsDelta: 0,
    sizeFactor: 1,
    sizeRest: 0,
    reserved: 0,
    headerIndex: 0,
  };
  const codes: FrameCode[] = [];
  let ptsDelta = 0;
  let sizeFactor = 1;
  let headerIndex = 0;
  while (codes.length < 256) {
    const flags = packet.varint();
    const fields = packet.varint();
    if (fields > 0) ptsDelta = packet.signedVarint();
    if (fields > 1) sizeFactor = packet.varint();
    if (fields > 2) packet.varint();
    const sizeRest = fields > 3 ? packet.varint() : 0;
    const reserved = fields > 4 ? packet.varint() : 0;
    const count = fields > 5 ? packet.varint() : sizeFactor - sizeRest;
    if (fields > 6) packet.signedVarint();
    if (fields > 7) headerIndex = packet.varint();
    for (let field = 8; field < fields; field++) packet.varint();
    for (let index = 0; index < count && codes.length < 256; index++) {
      if (codes.length === STARTCODE_MARK) codes.push(invalid);
      codes.push({ flags, ptsDelta, sizeFactor, sizeRest: sizeRest + index, reserved, headerIndex });
    }
    if (count < 1) throw new NutError('the table of frame codes is wrong');
  }
  return codes;
}

function readVideo(packet: ByteReader, main: Main | null): Video {
  if (main === null) throw new NutError('a stream comes before the main header');
  packet.varint();
  if (packet.varint() !== 0) throw new NutError('the stream is no video');
  const fourcc = Buffer.from(packet.bytes(packet.varint())).toString('latin1');
  if (fourcc !== 'I420') throw new NutError('the pictures are not I420');
  const timeBase = main.timeBases.at(packet.varint());
  if (timeBase === undefined) throw new NutError('the stream names no time base');
  const ptsShift = packet.varint();
  packet.varint();
  packet.varint();
  packet.varint();
  packet.bytes(packet.varint());
  const width = packet.varint();
  const height = packet.varint();
  if (width < 1 || height < 1) throw new NutError('the picture has no size');
  if (width % 2 !== 0 || height % 2 !== 0) throw new NutError('the picture has an odd size');
  return { width, height, timeBase, ptsShift };
}

/** A coded time is either whole, moved up by 2^shift, or its low bits, to be read as near the last time. */
function fullPts(coded: number, last: number, shift: number): number {
  const range = 2 ** shift;
  if (coded >= range) return coded - range;
  const lowest = last - Math.floor((range - 1) / 2);
  return lowest + ((((coded - lowest) % range) + range) % range);
}
