import { HavenError } from '@haven/protocol';
import type { Timeline } from './timeline.ts';

/** More than anybody types; bounds the work of a hostile text. */
const MAX_TEXT_LENGTH = 2000;
/** A day: sources are restarted more often than that. */
const MAX_CHANGE_SECONDS = 86_400;

/** One `key=value` or `key@SECONDS=value`. */
interface Entry {
  key: string;
  at: number;
  value: string;
}

export function invalid(sentence: string): HavenError {
  return new HavenError('INVALID_REQUEST', sentence);
}

export function number(minimum: number, maximum: number): (key: string, text: string) => number {
  return (key, text) => {
    const value = text === '' ? NaN : Number(text);
    if (!(value >= minimum && value <= maximum)) {
      throw invalid(
        `Synthetic parameter "${key}" must be a number from ${minimum} to ${maximum}, not "${text}".`,
      );
    }
    return value;
  };
}

export function oneOf<T extends string>(choices: readonly T[]): (key: string, text: string) => T {
  return (key, text) => {
    const choice = choices.find((name) => name === text);
    if (choice === undefined) {
      throw invalid(`Synthetic parameter "${key}" must be one of ${choices.join(', ')}, not "${text}".`);
    }
    return choice;
  };
}

export function flag(key: string, text: string): boolean {
  return oneOf(['0', '1'])(key, text) === '1';
}

function parseEntry(text: string): Entry {
  const match = /^([a-z]+)(?:@([^=]*))?=(.*)$/.exec(text);
  if (match === null) {
    throw invalid(
      `Synthetic parameters are "key=value" or "key@SECONDS=value" with commas between, not "${text}".`,
    );
  }
  const [, key, , value] = match;
  const at = match.at(2);
  return { key, at: at === undefined ? 0 : number(0, MAX_CHANGE_SECONDS)(`${key}@`, at), value };
}

/** The entries of a text, and which of them were asked for. */
export class Entries {
  readonly #entries: Entry[];
  readonly #known = new Set<string>();

  constructor(text: string) {
    if (text.length > MAX_TEXT_LENGTH) {
      throw invalid(`Synthetic parameters are at most ${MAX_TEXT_LENGTH} characters long.`);
    }
    const parts = text.split(',').map((part) => part.trim());
    this.#entries = parts.filter((part) => part !== '').map(parseEntry);
    this.#entries.sort((a, b) => a.at - b.at);
  }

  /** A setting that may change over time. */
  timeline<T>(key: string, parse: (key: string, text: string) => T, initial: T): Timeline<T> {
    const changes = this.#of(key).map(({ at, value }) => ({ at, value: parse(key, value) }));
    return changes.at(0)?.at === 0 ? changes : [{ at: 0, value: initial }, ...changes];
  }

  /** A setting of the person or the room, which holds from start to end. */
  constant<T>(key: string, parse: (key: string, text: string) => T, initial: T): T {
    const entry = this.#of(key).at(0);
    if (entry === undefined) return initial;
    if (entry.at > 0) throw invalid(`Synthetic parameter "${key}" cannot change over time.`);
    return parse(key, entry.value);
  }

  /** @throws HavenError for an entry that no setting asked for. */
  refuseUnknown(): void {
    const unknown = this.#entries.find(({ key }) => !this.#known.has(key));
    if (unknown === undefined) return;
    throw invalid(
      `There is no synthetic parameter "${unknown.key}". There are ${[...this.#known].join(', ')}.`,
    );
  }

  #of(key: string): Entry[] {
    this.#known.add(key);
    const entries = this.#entries.filter((entry) => entry.key === key);
    const repeated = entries.find((entry, index) => entries.at(index + 1)?.at === entry.at);
    if (repeated !== undefined) {
      throw invalid(`Synthetic parameter "${key}" is given twice for second ${repeated.at}.`);
    }
    return entries;
  }
}
