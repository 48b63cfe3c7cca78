import { integrityProblemSchema, type IntegrityProblem } from '@haven/protocol';
import { z } from 'zod';
import { StoreCalls } from '../records/store-calls.ts';
import type { Store } from '../records/store.ts';

const problemsSchema = z.array(integrityProblemSchema);

/**
 * What refers to something that is gone, or is of no use to anybody: at most 1000, in a stable order.
 * @throws HavenError STORAGE_UNAVAILABLE
 */
export async function checkIntegrity({ service }: Store): Promise<IntegrityProblem[]> {
  return problemsSchema.parse(await new StoreCalls().read(() => service.rpc('check_integrity')));
}
