import { channelIndex } from '../skin-sample.ts';
import { chrom } from './chrom.ts';
import { relativeBand } from './filter.ts';
import type { History } from './history.ts';
import { removeLight, removeReference } from './light.ts';
import { headMovement } from './movement.ts';
import { pos } from './pos.ts';
import { skinWindow } from './skin-window.ts';

/** Signals of one family share their noise: their evidence is averaged, that of families added. */
export type Family = 'colour' | 'brightness' | 'contact';

/** A signal that shows the pulse if all goes well; in the pulse band, falling with blood volume. */
export type Candidate = { name: string; family: Family; signal: Float64Array };

export type CandidateWindow = {
  candidates: Candidate[];
  /** The background's changes in the pulse band; null when there is none. */
  background: Float64Array | null;
  /** The head's movement in the pulse band along each axis on which it does not keep still. */
  movement: Float64Array[];
};

/**
 * A face: POS and CHROM, which cancel what changes all colours alike, and the plain brightness (after Verkruysse et
 * al. 2008, in luma instead of green) less the background's. Strong compression takes the colour of the pulse away and
 * leaves its brightness; movement and light spare the colour. What follows the head's movement is taken out of the
 * brightness: skin that turns in the light, and regions that lag behind.
 */
export function faceCandidates(history: History, length: number, rateHz: number): CandidateWindow | null {
  const window = skinWindow(history, length, rateHz);
  if (window === null) return null;
  const { red, green, blue, luma, background } = window;
  const movement = headMovement(history, length, rateHz);
  const brightness = removeLight(relativeBand(luma, rateHz), background);
  for (const axis of movement) removeReference(brightness, axis);
  const candidates: Candidate[] = [
    { name: 'pos', family: 'colour', signal: pos(red, green, blue, rateHz) },
    { name: 'chrom', family: 'colour', signal: chrom(red, green, blue, rateHz) },
    { name: 'luma', family: 'brightness', signal: brightness },
  ];
  return { candidates, background, movement };
}

const CONTACT_CHANNELS = ['red', 'green', 'blue'] as const;

/** A finger on the lens, or any sensor: each colour by itself. One that is dead or saturated explains nothing. */
export function contactCandidates(history: History, length: number, rateHz: number): CandidateWindow {
  return {
    candidates: CONTACT_CHANNELS.map((name) => ({
      name,
      family: 'contact',
      signal: relativeBand(history.latest(channelIndex(0, name), length), rateHz),
    })),
    background: null,
    movement: [],
  };
}
