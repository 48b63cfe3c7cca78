import { describe, expect, test } from '@jest/globals';
import { DtlsServer, ProtectionProfileAeadAes128Gcm, RTCDtlsTransport } from 'werift';
import { DtlsSrtp } from './dtls-srtp.ts';

const ADDRESS = { address: '127.0.0.1', family: 'IPv4', port: 9 };
const SERVER_HELLO = 2;
const CLIENT_KEY_EXCHANGE = 16;

/** A client and werift's server, whose datagrams both go through the test. */
async function pair() {
  const toServer: Buffer[] = [];
  const toClient: Buffer[] = [];
  const certificate = await RTCDtlsTransport.SetupCertificate();
  const { certPem, privateKey, signatureHash } = certificate;
  const server = new DtlsServer({
    ...{ cert: certPem, key: privateKey, signatureHash },
    extendedMasterSecret: true,
    certificateRequest: true,
    srtpProfiles: [ProtectionProfileAeadAes128Gcm],
    transport: {
      type: 'udp',
      closed: false,
      address: ADDRESS,
      onData: (): void => undefined,
      send: (data: Buffer): Promise<void> => {
        toClient.push(data);
        client.receive(data);
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    },
  });
  const client = await DtlsSrtp.create((datagram) => {
    toServer.push(datagram);
    server.options.transport.onData(datagram, ['', 0]);
  }, ADDRESS);
  const value = certificate.getFingerprints().at(0)?.value ?? '';
  return { client, toServer, toClient, fingerprints: [{ algorithm: 'sha-256', value } as const] };
}

const inPlain = (sent: readonly Buffer[]) =>
  sent.filter((datagram) => datagram[0] === 22 && datagram.readUInt16BE(3) === 0);
const handshakesOf = (sent: readonly Buffer[], type: number) =>
  inPlain(sent).filter((datagram) => datagram[13] === type);

describe('a handshake whose server is impatient', () => {
  test('answers once what the server repeats', async () => {
    const { client, toServer, toClient, fingerprints } = await pair();
    const { local, remote } = await client.connect(fingerprints);
    expect(local.key).toHaveLength(16);
    expect(remote.key).not.toEqual(local.key);
    expect(handshakesOf(toServer, CLIENT_KEY_EXCHANGE)).toHaveLength(1);
    const before = toServer.length;

    const flight = inPlain(toClient);
    expect(handshakesOf(flight, SERVER_HELLO)).not.toHaveLength(0);
    for (const datagram of flight) client.receive(datagram);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(toServer.slice(before)).toEqual([]);
  });

  test('does not go on with another certificate than the announced one', async () => {
    const { client } = await pair();
    const other = [{ algorithm: 'sha-256', value: 'AA:'.repeat(31) + 'AA' } as const];
    await expect(client.connect(other)).rejects.toThrow('not the one that it announced');
  });
});
