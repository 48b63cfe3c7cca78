import { passwordChangeSchema } from '@haven/protocol';
import { z } from 'zod';
import type { FieldDefinition } from '../ui/form-field.tsx';

const MAX_LENGTH = 256;

export const WRONG_PASSWORD = 'The password is wrong.';

/** A field for the password that the user has now. */
export function currentPassword(name: string, label: string): FieldDefinition {
  return { kind: 'password', name, label, maxLength: MAX_LENGTH, autoComplete: 'current-password' };
}

/** A field for a new password. */
export function newPassword(name: string, label: string, hint?: string): FieldDefinition {
  return {
    kind: 'password',
    name,
    label,
    maxLength: MAX_LENGTH,
    autoComplete: 'new-password',
    ...(hint === undefined ? {} : { hint }),
  };
}

/** What the form asks for: the request's own body, with the new password twice. */
export const passwordFormSchema = passwordChangeSchema
  .extend({ repeated: z.string() })
  .refine(({ next, repeated }) => next === repeated, { path: ['repeated'] });
