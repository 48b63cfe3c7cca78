/**
 * Loaded into a device before its program (`node --import`): loses media packets on their way from the device's
 * sockets, with a seeded probability, as a bad radio link would. Nothing is lost of handshakes, checks and reports,
 * so that what is measured is the repair of media and not how often a connection comes about.
 */
import { Socket } from 'node:dgram';
import { Random } from '../random.ts';

/** `HAVEN_EVAL_LOSS=SHARE,SEED` */
const [share, seed] = (process.env.HAVEN_EVAL_LOSS ?? '0,0').split(',').map(Number);
const random = new Random(seed);

/** RTP and RTCP share the first byte (RFC 7983); RTCP has packet types 192 to 223 (RFC 5761). */
const RTP_FIRST_BYTE = { from: 128, to: 191 };
const RTCP_TYPE = { from: 192, to: 223 };

function isMedia(packet: unknown): boolean {
  if (!(packet instanceof Uint8Array) || packet.length < 2) return false;
  const [first, second] = packet;
  const isRtp = first >= RTP_FIRST_BYTE.from && first <= RTP_FIRST_BYTE.to;
  return isRtp && !(second >= RTCP_TYPE.from && second <= RTCP_TYPE.to);
}

const send = Reflect.get(Socket.prototype, 'send');

function lossySend(this: Socket, ...args: unknown[]): unknown {
  if (!isMedia(args[0]) || random.between(0, 1) >= share) return Reflect.apply(send, this, args);
  const done = args.at(-1);
  // Who sends must not learn of it.
  if (typeof done === 'function') process.nextTick(() => void Reflect.apply(done, undefined, [null, 0]));
  return undefined;
}

Reflect.set(Socket.prototype, 'send', lossySend);
