import { Entries, flag, invalid, number, oneOf } from './parameter-text.ts';
import { RAMP_SECONDS, type Timeline } from './timeline.ts';

export const LIGHTS = ['office', 'side', 'dim'] as const;
export type LightName = (typeof LIGHTS)[number];

export const MOTIONS = ['none', 'still', 'sway', 'turn', 'talk'] as const;
/**
 * How the head moves: not at all, as of somebody at rest, slow large swaying, slow turning from side to side, talking
 * with jaw and nods.
 */
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
  /** Height of the face, hairline to chin, as a share of the picture's: how far away the camera stands. */
  face: number;
  /** Beats a minute. */
  pulse: Timeline<number>;
  /** Breaths a minute. */
  breathing: Timeline<number>;
  /** How long pulse and breathing take to reach a new rate, s. */
  rampSeconds: number;
  /** Half the height of the pulse wave in the mean green of the face, as a share of that mean. */
  amplitude: Timeline<number>;
  /** Standard deviation of the sensor's noise in each colour, 8-bit levels. */
  noise: Timeline<number>;
  motion: Timeline<Motion>;
  /** Frequency at which the room's light flickers, Hz; 0 for steady light. */
  flicker: Timeline<number>;
  /** Depth of that flicker as a share of the light. */
  flickerDepth: Timeline<number>;
  /** Whether the camera's gain follows the brightness of its picture. */
  autoExposure: boolean;
  /** Light that reaches the sensor, against 1. */
  exposure: Timeline<number>;
  covered: Timeline<boolean>;
  frozen: Timeline<boolean>;
  absent: Timeline<boolean>;
  /** Whether another person's face is before the patient's; coming and going take two seconds. */
  visitor: Timeline<boolean>;
  /** The visitor's heart, beats a minute. */
  visitorPulse: number;
  /** Whether the time of day is drawn into the picture, for measuring how old it is when it is seen. */
  clock: boolean;
}

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

/** A face that fills half of the picture: a tablet at the foot of a bedside table. */
export const DEFAULT_FACE = 0.5;
/** The whole bed is in the picture, or little more than the head. */
const SMALLEST_FACE = 0.08;
const LARGEST_FACE = 0.6;
/** A lamp on a poor supply, seen through an exposure of several milliseconds. */
const FLICKER_DEPTH = 0.01;
/** Unlike the patient's default. */
const VISITOR_PULSE = 104;

/** A camera raises its gain, and so its noise, where light is short. */
export const NOISE_IN: Readonly<Record<LightName, number>> = { office: 1.5, side: 1.5, dim: 2.5 };

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

/**
 * Reads the text of `--synthetic`: `key=value` with commas between, each key again as `key@SECONDS=value` for a later
 * time, such as `hr=96,rr=16,tone=medium,hr@60=141`. A new rate is reached along a ramp (`ramp`), anything else changes
 * at once. docs/synthetic-patients.md has them all.
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
    face: entries.constant('face', number(SMALLEST_FACE, LARGEST_FACE), DEFAULT_FACE),
    pulse: entries.timeline('hr', number(30, 220), 72),
    breathing: entries.timeline('rr', number(4, 60), 14),
    rampSeconds: entries.constant('ramp', number(0.1, 60), RAMP_SECONDS),
    amplitude: entries.timeline('amplitude', number(0, 0.05), amplitude),
    noise: entries.timeline('noise', number(0, 30), NOISE_IN[light]),
    motion: entries.timeline('motion', oneOf(MOTIONS), 'still'),
    flicker: entries.timeline('flicker', number(0, 1000), 0),
    flickerDepth: entries.timeline('flickerdepth', number(0, 0.3), FLICKER_DEPTH),
    autoExposure: entries.constant('autoexposure', flag, false),
    exposure: entries.timeline('exposure', number(0.02, 4), 1),
    covered: entries.timeline('cover', flag, false),
    frozen: entries.timeline('freeze', flag, false),
    absent: entries.timeline('absent', flag, false),
    visitor: entries.timeline('visitor', flag, false),
    visitorPulse: entries.constant('visitorhr', number(30, 220), VISITOR_PULSE),
    clock: entries.constant('clock', flag, false),
  };
  entries.refuseUnknown();
  return parameters;
}
