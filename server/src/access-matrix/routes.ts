import { join } from 'node:path';
import type { Router } from 'express';
import { EmergencyAccessReview } from '../access/break-glass/emergency-access-review.ts';
import { AccountRecovery } from '../access/sign-in/account-recovery.ts';
import type { Config } from '../config/config.ts';
import { createApi } from '../http/api.ts';
import { StoreCalls } from '../records/store-calls.ts';
import type { Store } from '../records/store.ts';
import { MemoryAccess } from '../testing/memory-access.ts';
import { memoryLimits } from '../testing/memory-limits.ts';
import { MemoryRecords } from '../testing/memory-records.ts';
import { NO_AUDIT_READS } from '../testing/no-audit-reads.ts';
import { NO_FIGURES } from '../testing/no-figures.ts';
import { NO_OPERATIONS } from '../testing/no-operations.ts';

/** Every route under `/api/v1`, such as `GET /patients`. */
export async function routesOfApi(config: Config, store: Store): Promise<string[]> {
  const records = new MemoryRecords([], []);
  const clock = Date.now;
  const reread = () => Promise.resolve();
  const api: Router = createApi({
    ...{ config, records, clock, access: new MemoryAccess(), audit: NO_AUDIT_READS },
    limits: await memoryLimits(),
    operations: { desk: NO_OPERATIONS, token: 'unknown' },
    figures: NO_FIGURES,
    administration: {
      ...{ store, records, clock, reread, patientIdPattern: config.patientIdPattern },
      cvKeyFile: join(config.dataDirectory, 'cv-key'),
      live: { streaming: () => null, connectedDevices: () => new Set() },
      accounts: new AccountRecovery(store, clock),
      emergencyAccess: new EmergencyAccessReview({
        ...{ store, records, clock, calls: new StoreCalls(), changed: reread },
      }),
      checkIntegrity: () => Promise.resolve([]),
    },
  });
  return api.stack.flatMap(({ route }) =>
    (route?.stack ?? []).map(({ method }) => `${method.toUpperCase()} ${route?.path ?? ''}`),
  );
}
