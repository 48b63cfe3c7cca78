import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeFrames, encodeFrame, MAX_PAYLOAD_BYTES } from './frames.ts';

const texts = fc.array(fc.string({ minLength: 1, unit: 'grapheme' }), { maxLength: 8 });

describe('journal frames', () => {
  test('give back what was put in', () => {
    fc.assert(
      fc.property(texts, (payloads) => {
        const content = Buffer.concat(payloads.map(encodeFrame));
        expect(decodeFrames(content)).toEqual({ payloads, tornBytes: 0 });
      }),
    );
  });

  test('cut off anywhere, give back exactly the frames that are whole', () => {
    fc.assert(
      fc.property(texts, fc.nat(), (payloads, at) => {
        const frames = payloads.map(encodeFrame);
        const content = Buffer.concat(frames);
        const cut = content.length === 0 ? 0 : at % content.length;
        let whole = 0;
        let bytes = 0;
        while (whole < frames.length && bytes + (frames[whole]?.length ?? 0) <= cut) {
          bytes += frames[whole]?.length ?? 0;
          whole += 1;
        }
        expect(decodeFrames(content.subarray(0, cut))).toEqual({
          payloads: payloads.slice(0, whole),
          tornBytes: cut - bytes,
        });
      }),
    );
  });

  test('with a flipped bit in the last one, give back the others', () => {
    const damaged = Buffer.concat([encodeFrame('first'), encodeFrame('second')]);
    damaged[damaged.length - 1]! ^= 1;
    expect(decodeFrames(damaged).payloads).toEqual(['first']);
  });

  test('followed by zeros, as a file system leaves them after a power cut, end before the zeros', () => {
    const content = Buffer.concat([encodeFrame('first'), Buffer.alloc(64)]);
    expect(decodeFrames(content)).toEqual({ payloads: ['first'], tornBytes: 64 });
  });

  test('refuse an empty and an oversized payload', () => {
    expect(() => encodeFrame('')).toThrow(RangeError);
    expect(() => encodeFrame('x'.repeat(MAX_PAYLOAD_BYTES + 1))).toThrow(RangeError);
  });
});
