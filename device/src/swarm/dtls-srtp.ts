import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { DtlsParameters } from '@haven/protocol';
import {
  DtlsClient,
  keyLength,
  ProtectionProfileAeadAes128Gcm,
  ProtectionProfileAes128CmHmacSha1_80,
  RTCDtlsTransport,
  saltLength,
  SrtcpSession,
  SrtpSession,
} from 'werift';
import type { SrtpGcmKeys } from './srtp-gcm.ts';

/** What both directions are encrypted with. */
export type SrtpCiphers = { local: SrtpGcmKeys; remote: SrtpGcmKeys; rtcp: SrtcpSession };

/** The client's end of DTLS-SRTP (RFC 5764), with a certificate of its own. */
export class DtlsSrtp {
  /** What the server is told of this end. */
  readonly parameters: DtlsParameters;
  readonly client: DtlsClient;
  /** The server's hello, certificate and key have an answer. */
  #answered = false;

  private constructor(parameters: DtlsParameters, client: DtlsClient) {
    this.parameters = parameters;
    this.client = client;
  }

  /**
   * @param send sends a datagram to the server
   * @param address of this end
   */
  static async create(send: (datagram: Buffer) => void, address: AddressInfo): Promise<DtlsSrtp> {
    const { certPem, privateKey, signatureHash, fingerprint } = await ownCertificate();
    const client = new DtlsClient({
      cert: certPem,
      key: privateKey,
      signatureHash,
      extendedMasterSecret: true,
      // In this order: the server takes the first that it knows too.
      srtpProfiles: [ProtectionProfileAeadAes128Gcm, ProtectionProfileAes128CmHmacSha1_80],
      transport: {
        type: 'udp',
        closed: false,
        address,
        onData: (): void => undefined,
        send: (data: Buffer): Promise<void> => {
          dtls.#answered ||= isAnswer(data);
          send(data);
          return Promise.resolve();
        },
        close: () => Promise.resolve(),
      },
    });
    const dtls = new DtlsSrtp({ role: 'client', fingerprints: [fingerprint] }, client);
    return dtls;
  }

  /**
   * Shakes hands; whoever waits limits the time.
   *
   * @param known the fingerprints that the server announced
   * @throws Error when the server has another certificate, or chose another cipher than AES-GCM
   */
  async connect(known: DtlsParameters['fingerprints']): Promise<SrtpCiphers> {
    await new Promise<void>((resolve, reject) => {
      this.client.onConnect.once(() => resolve());
      this.client.onError.once(reject);
      // It resolves half a second after its first packet at the earliest, whenever the hands are shaken.
      this.client.connect().catch(reject);
    });
    assertFingerprint(this.client.remoteCertificate, known);
    return ciphersOf(this.client);
  }

  receive(datagram: Buffer): void {
    // A server that waits for the answer says once more what it said. werift would answer that once more too, under
    // its new keys when they stand, which ends the session. An answer that was lost it repeats by its own clock.
    if (this.#answered && isPlainHandshake(datagram)) return;
    this.client.options.transport.onData(datagram, ['', 0]);
  }

  close(): void {
    this.client.close();
  }
}

/** Of a record (RFC 6347): its type, its epoch, and of an unencrypted handshake the message's type. */
const HANDSHAKE = 22;
const EPOCH_OFFSET = 3;
const MESSAGE_OFFSET = 13;
const CLIENT_KEY_EXCHANGE = 16;

function isPlainHandshake(datagram: Buffer): boolean {
  return (
    datagram.length > MESSAGE_OFFSET && datagram[0] === HANDSHAKE && datagram.readUInt16BE(EPOCH_OFFSET) === 0
  );
}

function isAnswer(datagram: Buffer): boolean {
  return isPlainHandshake(datagram) && datagram[MESSAGE_OFFSET] === CLIENT_KEY_EXCHANGE;
}

async function ownCertificate() {
  const certificate = await RTCDtlsTransport.SetupCertificate();
  const value = certificate.getFingerprints().at(0)?.value;
  if (value === undefined) throw new Error('this end has no certificate');
  const { certPem, privateKey, signatureHash } = certificate;
  return { certPem, privateKey, signatureHash, fingerprint: { algorithm: 'sha-256', value } as const };
}

function assertFingerprint(certificate: Buffer | undefined, known: DtlsParameters['fingerprints']): void {
  const expected = known.find(({ algorithm }) => algorithm === 'sha-256')?.value;
  const digest = certificate && createHash('sha256').update(certificate).digest('hex');
  if (digest === undefined || digest !== expected?.replaceAll(':', '').toLowerCase()) {
    throw new Error('the server’s certificate is not the one that it announced');
  }
}

function ciphersOf(dtls: DtlsClient): SrtpCiphers {
  const profile = dtls.srtp.srtpProfile;
  if (profile !== ProtectionProfileAeadAes128Gcm) throw new Error('the server did not choose AES-GCM');
  const { localKey, localSalt, remoteKey, remoteSalt } = dtls.extractSessionKeys(
    keyLength(profile),
    saltLength(profile),
  );
  const keys = {
    localMasterKey: localKey,
    localMasterSalt: localSalt,
    remoteMasterKey: remoteKey,
    remoteMasterSalt: remoteSalt,
  };
  // Of RTP only the derivation of the keys is werift's.
  const { localContext, remoteContext } = new SrtpSession({ keys, profile });
  return {
    local: { key: localContext.srtpSessionKey, salt: localContext.srtpSessionSalt },
    remote: { key: remoteContext.srtpSessionKey, salt: remoteContext.srtpSessionSalt },
    rtcp: new SrtcpSession({ keys, profile }),
  };
}
