import { describe, expect, test } from '@jest/globals';
import { isNewEnough, parseGoVersion } from './go.mjs';

describe("Go's version", () => {
  test.each([
    ['go version go1.26.8 linux/amd64', [1, 26, 8]],
    ['go version go1.19 linux/arm64', [1, 19, 0]],
  ])('is read from what it says: %s', (text, version) => {
    expect(parseGoVersion(text)).toEqual(version);
  });

  test.each([
    ['go version go1.25.0 linux/amd64', true],
    ['go version go1.26.8 linux/amd64', true],
    ['go version go2.0.0 linux/amd64', true],
    ['go version go1.19.8 linux/amd64', false],
    ['go version go1.24.11 linux/amd64', false],
    ['something else', false],
  ])('is compared number by number: %s is new enough for 1.25.0: %s', (text, enough) => {
    expect(isNewEnough(text, '1.25.0')).toBe(enough);
  });
});
