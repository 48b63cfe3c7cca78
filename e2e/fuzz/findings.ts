/** Most findings of a kind that are kept: the first ones tell. */
const MOST_OF_A_KIND = 10;

/** What went wrong, with what repeats it. */
export class Findings {
  readonly #byKind = new Map<string, string[]>();
  #count = 0;

  add(kind: string, detail: string): void {
    this.#count += 1;
    const details = this.#byKind.get(kind) ?? [];
    if (details.length < MOST_OF_A_KIND) details.push(detail);
    this.#byKind.set(kind, details);
  }

  get count(): number {
    return this.#count;
  }

  lines(): string[] {
    return [...this.#byKind].flatMap(([kind, details]) => details.map((detail) => `${kind}: ${detail}`));
  }
}
