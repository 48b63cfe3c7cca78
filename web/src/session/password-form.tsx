import { emptySchema } from '@haven/protocol';
import { useState } from 'react';
import controls from '../ui/controls.module.css';
import { Form } from '../ui/form.tsx';
import { currentPassword, newPassword, passwordFormSchema, WRONG_PASSWORD } from './password-fields.ts';
import type { SignedIn } from './signed-in.ts';

type PasswordFormProps = Pick<SignedIn, 'keeper' | 'request'> & { currentLabel: string };

/** Changes the user's own password. */
export function PasswordForm({ keeper, request, currentLabel }: PasswordFormProps) {
  const [changes, setChanges] = useState(0);
  return (
    <>
      <Form
        // Passwords that were sent do not stay in the page.
        key={changes}
        fields={[
          currentPassword('current', currentLabel),
          newPassword(
            'next',
            'New password',
            'At least 12 characters that are hard to guess: several words do well. No name, no date, none that you use elsewhere.',
          ),
          newPassword('repeated', 'New password again', 'The same as above.'),
        ]}
        initial={{ current: '', next: '', repeated: '' }}
        schema={passwordFormSchema}
        send={async ({ current, next }) => {
          await request('/auth/password', emptySchema, { method: 'POST', body: { current, next } });
          setChanges(changes + 1);
          keeper.setPasswordChangeRequired(false);
        }}
        submit="Change password"
        refusals={{
          WRONG_PASSWORD: { field: 'current', sentence: WRONG_PASSWORD },
          PASSWORD_WEAK: { field: 'next' },
        }}
      />
      <p role="status" className={changes > 0 ? controls.notice : undefined}>
        {changes > 0 && 'The password is changed. Your sessions on other screens have ended.'}
      </p>
    </>
  );
}
