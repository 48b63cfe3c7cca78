import { Debounce } from '../analyzer/debounce.ts';
import { secondsBetween, type PresenceEvent } from './event.ts';

/** Two looks at the crowd: a pattern that is once taken for a face is nobody, ms. */
const COMES_MS = 2000;
/** Somebody who turns away from the camera has not left, ms. */
const LEAVES_MS = 10_000;
/** A second face is confirmed by its mesh; whether its owner is there for the patient nobody knows. */
const CONFIDENCE = 0.8;

/** Tells when a second person comes, and when the patient is alone again. */
export class Company {
  readonly #fact = new Debounce(COMES_MS, LEAVES_MS);
  #seenSince: number | null = null;
  #seenAt = 0;
  #largest = 0;

  /** Whether somebody is with the patient. */
  get isThere(): boolean {
    return this.#fact.value || this.#seenSince !== null;
  }

  /** @param people how many are in the picture, the patient among them */
  add(atMs: number, people: number): PresenceEvent[] {
    const several = people > 1;
    if (several) {
      this.#seenSince ??= atMs;
      this.#seenAt = atMs;
      this.#largest = Math.max(this.#largest, people);
    }
    const changed = this.#fact.update(several, atMs);
    const since = this.#seenSince ?? atMs;
    if (!several && !this.#fact.value) this.#seenSince = null;
    if (!changed) return [];
    const evidence = { people: this.#largest };
    if (this.#fact.value) {
      return [{ event: 'second-person', confidence: CONFIDENCE, at: atMs, startedAt: since, evidence }];
    }
    this.#largest = 0;
    const stay = { secondsStayed: secondsBetween(since, this.#seenAt) };
    return [{ event: 'alone', confidence: CONFIDENCE, at: atMs, startedAt: this.#seenAt, evidence: stay }];
  }
}
