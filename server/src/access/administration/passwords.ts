import { randomBytes } from 'node:crypto';

/** Letters and digits that cannot be mistaken for one another; 32 of them, so that each stands for five bits. */
const PASSWORD_ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const PASSWORD_CHARACTERS = 20;
const PASSWORD_GROUP = 5;

/** A password of 100 random bits, in groups: `abcde-fghij-kmnpq-rstuv`. */
export function newPassword(): string {
  const characters = Array.from(randomBytes(PASSWORD_CHARACTERS), (byte) => PASSWORD_ALPHABET[byte % 32]);
  const groups: string[] = [];
  for (let at = 0; at < characters.length; at += PASSWORD_GROUP) {
    groups.push(characters.slice(at, at + PASSWORD_GROUP).join(''));
  }
  return groups.join('-');
}
