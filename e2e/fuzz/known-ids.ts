/** Names under which requests and answers carry ids. */
const ID_NAMES = [
  ...['streamId', 'transportId', 'consumerId', 'producerId', 'alertId', 'assignmentId', 'talkId'],
  ...['patientId', 'roomId', 'requestId', 'pipeId'],
] as const;
/** As many of each are remembered: old ones are cases too, for what they named has ended. */
const MOST_OF_EACH = 20;

/** Ids that a server gave out or took, by the name of their field. */
export class KnownIds {
  readonly #ids = new Map<string, unknown[]>();

  constructor(given: Readonly<Record<string, unknown>> = {}) {
    this.learn(given);
  }

  /** Remembers every id in a value, however deep; a transport's own `id` is one as well. */
  learn(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      if (isIdName(name)) this.#remember(name, inner);
      else if (/transport$/i.test(name) && isRecord(inner)) this.#remember('transportId', inner.id);
      this.learn(inner);
    }
  }

  /** The same value with real ids where there are some. @param turn which of them */
  fill(value: unknown, turn: number): unknown {
    if (!isRecord(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => {
        const ids = this.#ids.get(name);
        return [name, ids?.at(turn % ids.length) ?? inner];
      }),
    );
  }

  /** The same value with the ids that were learnt last. */
  fillNewest(value: Record<string, unknown>): unknown {
    return this.fill(value, -1);
  }

  #remember(name: string, id: unknown): void {
    const ids = this.#ids.get(name) ?? [];
    ids.push(id);
    if (ids.length > MOST_OF_EACH) ids.shift();
    this.#ids.set(name, ids);
  }
}

function isIdName(name: string): boolean {
  return ID_NAMES.some((known) => known === name);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}
