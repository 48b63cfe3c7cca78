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
          send(data);
          return Promise.resolve();
        },
        close: () => Promise.resolve(),
      },
    });
    return new DtlsSrtp({ role: 'client', fingerprints: [fingerprint] }, client);
  }

  /**
   * Shakes hands; whoever waits limits the time.
   *
   * @param known the fingerprints that the server announced
   * @throws Error when the server has another certificate, or chose another cipher than AES-GCM
   */
  async connect(known: DtlsParameters['fingerprints']): Promise<SrtpCiphers> {
    const connected = new Promise<void>((resolve, reject) => {
      this.client.onConnect.once(() => resolve());
      this.client.onError.once(reject);
    });
    await Promise.all([this.client.connect(), connected]);
    assertFingerprint(this.client.remoteCertificate, known);
    return ciphersOf(this.client);
  }

  receive(datagram: Buffer): void {
    this.client.options.transport.onData(datagram, ['', 0]);
  }

  close(): void {
    this.client.close();
  }
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
