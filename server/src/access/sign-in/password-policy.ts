import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import * as common from '@zxcvbn-ts/language-common';
import { HavenError } from '@haven/protocol';

/** As NIST SP 800-63B advises: length and no known passwords, instead of kinds of characters. */
const MINIMUM_CHARACTERS = 12;
/** bcrypt ignores what is behind. */
const MAXIMUM_BYTES = 72;
/** Of zxcvbn's 0–4: more than 10^8 guesses, which online guessing never makes. */
const MINIMUM_SCORE = 3;

const strength = new ZxcvbnFactory({ dictionary: common.dictionary, graphs: common.adjacencyGraphs });

/**
 * @param words of the user, such as name and address, which are the first that somebody tries
 * @throws HavenError PASSWORD_WEAK with a sentence for the user
 */
export function requireStrongPassword(password: string, words: readonly string[]): void {
  if (password.length < MINIMUM_CHARACTERS) {
    throw new HavenError('PASSWORD_WEAK', `Choose a password of at least ${MINIMUM_CHARACTERS} characters.`);
  }
  if (Buffer.byteLength(password) > MAXIMUM_BYTES) {
    throw new HavenError('PASSWORD_WEAK', `Choose a password of at most ${MAXIMUM_BYTES} bytes.`);
  }
  const own = words.flatMap((word) => [word, ...word.split(/[^\p{L}\p{N}]+/u)]).filter((word) => word !== '');
  if (strength.check(password, own).score < MINIMUM_SCORE) {
    throw new HavenError('PASSWORD_WEAK', 'This password is easy to guess. Choose several unrelated words.');
  }
}
