import { breakGlassReviewSchema, listQuerySchema } from '@haven/protocol';
import type { AdministrationContext } from '../../access/administration/context.ts';
import { parse } from '../gate.ts';
import type { AddRoute, AdministrationParts } from './desk.ts';

type Parts = Pick<AdministrationParts, 'emergencyAccess' | 'checkIntegrity' | 'clock'>;

/** Emergency access and what has gone out of order. */
export function addOversightRoutes(add: AddRoute, { emergencyAccess, checkIntegrity, clock }: Parts): void {
  const action = 'break-glass:review';
  const kind = 'break-glass';
  const by = ({ userId = '', address = '' }: AdministrationContext) => ({ userId, address });
  add({
    ...{ method: 'search', path: '/break-glass', action, kind },
    work: ({ body }) => emergencyAccess.page(parse(listQuerySchema, body)),
  });
  add({
    ...{ method: 'post', path: '/break-glass/:id/end', action, kind },
    work: ({ context, id }) => emergencyAccess.end(id, by(context)),
  });
  add({
    ...{ method: 'post', path: '/break-glass/:id/review', action, kind },
    work: ({ context, id, body }) =>
      emergencyAccess.review(id, parse(breakGlassReviewSchema, body), by(context)),
  });
  add({
    ...{ method: 'get', path: '/integrity', action: 'integrity:read', kind: 'integrity' },
    work: async () => ({ checkedAt: clock(), problems: await checkIntegrity() }),
  });
}
