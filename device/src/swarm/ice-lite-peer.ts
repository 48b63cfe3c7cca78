import { randomBytes } from 'node:crypto';
import type { IceParameters } from '@haven/protocol';
import { classes, Message, methods, parseMessage } from 'werift';

/** Between two checks before the first answer, ms (RFC 8445, 14.2, has 500; here nothing is far away). */
const CHECK_INTERVAL_MS = 100;
/** Between two checks of an open path, ms: the server takes 15 s without one for the end (RFC 7675). */
const CONSENT_INTERVAL_MS = 4_000;
const UFRAG_BYTES = 6;
const TIE_BREAKER_BYTES = 8;
/** Of a host candidate (RFC 8445, 5.1.2.1). */
const HOST_PRIORITY = 0x7effffff;

/**
 * The controlling side of ICE against an ice-lite server of one address, which mediasoup's are: it checks that pair
 * until there is an answer, nominates it with every check, and renews its consent.
 */
export class IceLitePeer {
  readonly #remote: IceParameters;
  readonly #send: (packet: Buffer) => void;
  readonly #username: string;
  readonly #tieBreaker = randomBytes(TIE_BREAKER_BYTES).readBigUInt64BE();
  readonly #answered = Promise.withResolvers<undefined>();
  #transactionId = '';
  #timer: NodeJS.Timeout | undefined;
  #lastAnswerAt = 0;

  constructor(remote: IceParameters, send: (packet: Buffer) => void) {
    this.#remote = remote;
    this.#send = send;
    this.#username = `${remote.usernameFragment}:${randomBytes(UFRAG_BYTES).toString('hex')}`;
  }

  /** Resolves with the first answer; whoever waits limits the time. */
  async connect(): Promise<void> {
    this.#check();
    this.#timer = setInterval(() => this.#check(), CHECK_INTERVAL_MS);
    await this.#answered.promise;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#check(), CONSENT_INTERVAL_MS);
  }

  /** When the server last answered, ms of `performance.now()`. */
  get lastAnswerAt(): number {
    return this.#lastAnswerAt;
  }

  receive(packet: Buffer): void {
    const message = parseMessage(packet, Buffer.from(this.#remote.password, 'utf8'));
    if (message?.messageClass !== classes.RESPONSE || message.transactionIdHex !== this.#transactionId)
      return;
    this.#lastAnswerAt = performance.now();
    this.#answered.resolve(undefined);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #check(): void {
    const request = new Message(methods.BINDING, classes.REQUEST);
    this.#transactionId = request.transactionIdHex;
    request
      .setAttribute('USERNAME', this.#username)
      .setAttribute('PRIORITY', HOST_PRIORITY)
      .setAttribute('ICE-CONTROLLING', this.#tieBreaker)
      .setAttribute('USE-CANDIDATE', null)
      .addMessageIntegrity(Buffer.from(this.#remote.password, 'utf8'))
      .addFingerprint();
    this.#send(request.bytes);
  }
}
