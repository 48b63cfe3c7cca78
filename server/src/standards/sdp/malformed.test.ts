import { HavenError } from '@haven/protocol';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { offer, SIMULCAST } from '../testing/offers.ts';
import { dtlsParametersOf } from './answer.ts';
import { readIceFragment } from './ice-fragment.ts';
import { readOffer } from './offer.ts';
import { receiveVideo } from './received-video.ts';

/** Whether a text is read, or refused as the client's fault. @throws whatever else goes wrong */
function isRead(text: string): boolean {
  try {
    const { section } = receiveVideo(readOffer(text));
    dtlsParametersOf(section);
    return true;
  } catch (error) {
    if (error instanceof HavenError && error.status >= 400 && error.status < 500) return false;
    throw error;
  }
}

const WHOLE = offer({ layers: SIMULCAST }, true);
const lines = WHOLE.split('\r\n');

describe('malformed SDP', () => {
  test('is the damage of an offer that is read as it is', () => {
    expect(isRead(WHOLE)).toBe(true);
  });

  test('is refused, and nothing worse, when lines are missing, doubled, moved or cut', () => {
    const line = fc.nat(lines.length - 1);
    const edit = fc.tuple(
      fc.constantFrom('drop', 'double', 'swap', 'cut', 'garble'),
      line,
      line,
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 8 }), (edits) => {
        const damaged = [...lines];
        for (const [how, at, other, garbage] of edits) {
          const text = damaged[at] ?? '';
          if (how === 'drop') damaged.splice(at, 1);
          else if (how === 'double') damaged.splice(other, 0, text);
          else if (how === 'swap') damaged.splice(at, 1, damaged[other] ?? '');
          else if (how === 'cut') damaged.splice(at, 1, text.slice(0, other));
          else damaged.splice(at, 1, text.slice(0, text.indexOf(':') + 1) + garbage);
        }
        isRead(damaged.join('\r\n'));
      }),
      { numRuns: 1000 },
    );
  });

  test.each(['', 'v=0', 'v=1\r\n', 'v=0\r\nm=\r\n', '{"sdp":"v=0"}', 'v=0\r\n'.repeat(1000), '\0'])(
    'such as %j is refused as malformed',
    (text) => {
      expect(() => readOffer(text)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }));
    },
  );

  test('is refused with too many sections', () => {
    const section = `m=video 9 UDP/TLS/RTP/SAVPF 96\r\n`;
    expect(() => readOffer(`v=0\r\n${section.repeat(7)}`)).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST' }),
    );
  });

  test('of a fragment is refused, and nothing worse', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(200), (garbage, at) => {
        const text = `a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n`;
        try {
          readIceFragment(text.slice(0, at) + garbage + text.slice(at));
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_REQUEST' });
        }
      }),
    );
  });
});
