import { uuidSchema } from '@haven/protocol';
import { AdministrationError } from './context.ts';

const MAX_NAME_LENGTH = 80;

/** The token is stored nowhere. */
export type NewMachine = { id: string; token: string };

/** @throws AdministrationError INVALID_REQUEST */
export function requireUuid(id: string, what: string): void {
  if (uuidSchema.safeParse(id).success) return;
  throw new AdministrationError('INVALID_REQUEST', `"${id}" is not the id of a ${what}: see the list.`);
}

/** @throws AdministrationError INVALID_REQUEST */
export function requireName(name: string): void {
  if (name.length > 0 && name.length <= MAX_NAME_LENGTH) return;
  throw new AdministrationError('INVALID_REQUEST', `A name has 1 to ${MAX_NAME_LENGTH} characters.`);
}
