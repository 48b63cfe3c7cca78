import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { ProtectionProfileAeadAes128Gcm, RtpHeader, SrtpSession } from 'werift';
import { protect, unprotect } from './srtp-gcm.ts';

const SSRC = 0xdecafbad;
const HEADER = new RtpHeader({
  payloadType: 96,
  ssrc: SSRC,
  sequenceNumber: 65_535,
  timestamp: 4711,
  marker: true,
});
const PAYLOAD = randomBytes(500);

function session() {
  const [key, salt] = [randomBytes(16), randomBytes(12)];
  const keys = { localMasterKey: key, localMasterSalt: salt, remoteMasterKey: key, remoteMasterSalt: salt };
  return new SrtpSession({ keys, profile: ProtectionProfileAeadAes128Gcm });
}
const keysOf = ({ localContext }: SrtpSession) => ({
  key: localContext.srtpSessionKey,
  salt: localContext.srtpSessionSalt,
});

describe('AES-GCM of SRTP', () => {
  test('makes the packets that another implementation makes', () => {
    const other = session();
    const header = HEADER.serialize(HEADER.serializeSize);
    expect(protect(header, PAYLOAD, { ssrc: SSRC, index: 65_535 }, keysOf(other))).toEqual(
      other.encrypt(PAYLOAD, HEADER),
    );
  });

  test('reads its own, also after the sequence numbers began anew', () => {
    const keys = keysOf(session());
    const header = HEADER.serialize(HEADER.serializeSize);
    const at = { ssrc: SSRC, index: 3 * 65_536 + 5 };
    expect(unprotect(protect(header, PAYLOAD, at, keys), header.length, at, keys)).toEqual(PAYLOAD);
  });

  test.each([
    ['a changed byte of the header', 1],
    ['a changed byte of the payload', 100],
    ['a changed byte of the tag', 525],
  ])('refuses %s', (_, byte) => {
    const keys = keysOf(session());
    const header = HEADER.serialize(HEADER.serializeSize);
    const at = { ssrc: SSRC, index: 65_535 };
    const packet = protect(header, PAYLOAD, at, keys);
    packet[byte] ^= 1;
    expect(unprotect(packet, header.length, at, keys)).toBeUndefined();
  });

  test('refuses what is shorter than a packet can be', () => {
    expect(unprotect(Buffer.alloc(20), 12, { ssrc: SSRC, index: 0 }, keysOf(session()))).toBeUndefined();
  });
});
