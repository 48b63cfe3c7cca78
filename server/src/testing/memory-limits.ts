import { HavenError } from '@haven/protocol';
import { LimitsBook } from '../alerts/limits-book.ts';
import type { LimitsStore, LimitsVersion } from '../alerts/limits-store.ts';
import { QuietTelemetry } from './quiet-telemetry.ts';

/** The table of limits in memory, with a store that a test can take away. */
export class MemoryLimitsStore implements Pick<LimitsStore, 'newest' | 'add'> {
  readonly versions: LimitsVersion[] = [];
  away = false;

  newest(): Promise<LimitsVersion[]> {
    return this.#answer(() => [...this.versions]);
  }

  add(_id: string, change: Omit<LimitsVersion, 'version'>, expected: number): Promise<number | null> {
    return this.#answer(() => {
      const own = this.versions.filter(
        ({ subject }) => subject.scope === change.subject.scope && subject.id === change.subject.id,
      );
      const last = own.at(-1);
      if (expected !== (last?.limits == null ? 0 : last.version)) return null;
      const version = own.length + 1;
      this.versions.push({ ...change, version });
      return version;
    });
  }

  #answer<T>(read: () => T): Promise<T> {
    return this.away ? Promise.reject(new HavenError('STORAGE_UNAVAILABLE')) : Promise.resolve(read());
  }
}

/** A book of limits that holds nothing but Haven's own. */
export function memoryLimits(store = new MemoryLimitsStore(), clock = Date.now): Promise<LimitsBook> {
  return LimitsBook.start({ store, telemetry: new QuietTelemetry(), clock });
}
