import { HavenError } from '@haven/protocol';
import type { Timeline } from './timeline.ts';

export const LIGHTS = ['office', 'side', 'dim'] as const;
export type LightName = (typeof LIGHTS)[number];

export const MOTIONS = ['none', 'still', 'sway', 'turn'] as const;
/** How the head moves: not at all, as of somebody at rest, slow large swaying, slow turning from side to side. */
export type Motion = (typeof MOTIONS)[number];

/** What a synthetic patient is and does. Times are seconds since the first frame. */
export interface SyntheticParameters {
  /** Chooses the person (face, hair, gown) and the noise. */
  seed: number;
  /** Monk Skin Tone scale, 1 (lightest) to 10 (darkest). */
  tone: number;
  light: LightName;
  /** Which way the face looks, degrees; positive to the right of the picture. */
  yaw: number;
  /** Beats a minute. */
  pulse: Timeline<number>;
  /** Breaths a minute. */
  breathing: Timeline<number>;
  /** Half the height of the pulse wave in the mean green of the face, as a share of that mean. */
  amplitude: Timeline<number>;
  /** Standard deviation of the sensor's noise in each colour, 8-bit levels. */
  noise: Timeline<number>;
  motion: Timeline<Motion>;
  /** Frequency at which the room's light flickers, Hz; 0 for steady light. */
  flicker: Timeline<number>;
  /** Light that reaches the sensor, against 1. */
  exposure: Timeline<number>;
  covered: Timeline<boolean>;
  frozen: Timeline<boolean>;
  absent: Timeline<boolean>;
  /** Whether the time of day is drawn into the picture, for measuring how old it is when it is seen. */
  clock: boolean;
}

/** More than anybody types; bounds the work of a hostile text. */
const MAX_TEXT_LENGTH = 2000;
/** A day: sources are restarted more often than that. */
const MAX_CHANGE_SECONDS = 86_400;

const NAMED_TONES: ReadonlyMap<string, number> = new Map([
  ['light', 2],
  ['medium', 5],
  ['dark', 8],
]);
const DEFAULT_TONE = 5;
const DARKEST_TONE = 10;

/** The pulse in the picture is smaller on darker skin, since melanin takes light before blood does. */
const AMPLITUDE_OF_LIGHTEST = 0.006;
const AMPLITUDE_OF_DARKEST = 0.002;

/** A camera raises its gain, and so its noise, where light is short. */
const NOISE_IN: Readonly<Record<LightName, number>> = { office: 1.5, side: 1.5, dim: 2.5 };

/** One `key=value` or `key@SECONDS=value`. */
interface Entry {
  key: string;
  at: number;
  value: string;
}

function invalid(sentence: string): HavenError {
  return new HavenError('INVALID_REQUEST', sentence);
}

function number(minimum: number, maximum: number): (key: string, text: string) => number {
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

function oneOf<T extends string>(choices: readonly T[]): (key: string, text: string) => T {
  return (key, text) => {
    const choice = choices.find((name) => name === text);
    if (choice === undefined) {
      throw invalid(`Synthetic parameter "${key}" must be one of ${choices.join(', ')}, not "${text}".`);
    }
    return choice;
  };
}

function flag(key: string, text: string): boolean {
  return oneOf(['0', '1'])(key, text) === '1';
}

function tone(key: string, text: string): number {
  const monk = /^monk(10|[1-9])$/.exec(text);
  const value = monk === null ? NAMED_TONES.get(text) : Number(monk[1]);
  if (value === undefined) {
    throw invalid(
      `Synthetic parameter "${key}" must be light, medium, dark or monk1 to monk10, not "${text}".`,
    );
  }
  return value;
}

function seed(key: string, text: string): number {
  const value = number(0, 2 ** 31 - 1)(key, text);
  if (!Number.isInteger(value)) {
    throw invalid(`Synthetic parameter "${key}" must be a whole number, not "${text}".`);
  }
  return value;
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
class Entries {
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

/**
 * Reads the text of `--synthetic`: `key=value` with commas between, each key again as `key@SECONDS=value` for a later
 * time, such as `hr=96,rr=16,tone=medium,hr@60=141`. A new rate is reached along a ramp of ten seconds, anything else
 * changes at once.
 *
 * @throws HavenError INVALID_REQUEST with a sentence that names the parameter.
 */
export function parseSyntheticParameters(text: string): SyntheticParameters {
  const entries = new Entries(text);
  const light = entries.constant('light', oneOf(LIGHTS), 'office');
  const skin = entries.constant('tone', tone, DEFAULT_TONE);
  const amplitude =
    AMPLITUDE_OF_LIGHTEST +
    ((AMPLITUDE_OF_DARKEST - AMPLITUDE_OF_LIGHTEST) * (skin - 1)) / (DARKEST_TONE - 1);
  const parameters = {
    light,
    tone: skin,
    seed: entries.constant('seed', seed, 1),
    yaw: entries.constant('yaw', number(-30, 30), 0),
    pulse: entries.timeline('hr', number(30, 220), 72),
    breathing: entries.timeline('rr', number(4, 60), 14),
    amplitude: entries.timeline('amplitude', number(0, 0.05), amplitude),
    noise: entries.timeline('noise', number(0, 30), NOISE_IN[light]),
    motion: entries.timeline('motion', oneOf(MOTIONS), 'still'),
    flicker: entries.timeline('flicker', number(0, 1000), 0),
    exposure: entries.timeline('exposure', number(0.02, 4), 1),
    covered: entries.timeline('cover', flag, false),
    frozen: entries.timeline('freeze', flag, false),
    absent: entries.timeline('absent', flag, false),
    clock: entries.constant('clock', flag, false),
  };
  entries.refuseUnknown();
  return parameters;
}
