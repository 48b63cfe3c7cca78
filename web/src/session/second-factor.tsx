import {
  emptySchema,
  secondFactorConfirmationSchema,
  secondFactorSchema,
  sessionSchema,
  unlockRequestSchema,
} from '@haven/protocol';
import { QRCodeSVG } from 'qrcode.react';
import { useState } from 'react';
import type { z } from 'zod';
import { sentenceOf } from '../core/sentences.ts';
import controls from '../ui/controls.module.css';
import { Dialog } from '../ui/dialog.tsx';
import { Form } from '../ui/form.tsx';
import { currentPassword, WRONG_PASSWORD } from './password-fields.ts';
import styles from './session.module.css';
import type { SignedIn } from './signed-in.ts';

type SecondFactorProps = Pick<SignedIn, 'keeper' | 'request' | 'watch'> & { state: 'off' | 'on' };

/** Adds and removes the second factor: codes of an authenticator app. */
export function SecondFactor({ keeper, request, watch, state }: SecondFactorProps) {
  const [adding, setAdding] = useState<z.infer<typeof secondFactorSchema> | null>(null);
  const [removing, setRemoving] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const begin = async () => {
    setProblem(null);
    try {
      setAdding(await request('/auth/second-factor', secondFactorSchema, { method: 'POST', body: {} }));
    } catch (error) {
      setProblem(sentenceOf(error));
    }
  };
  return (
    <>
      <p>
        {state === 'on'
          ? 'Signing in asks for a code of your authenticator app.'
          : 'With an authenticator app, a stolen password alone lets nobody in.'}
      </p>
      {problem !== null && (
        <p className={controls.error} role="alert">
          {problem}
        </p>
      )}
      <button
        type="button"
        className={controls.button}
        onClick={() => (state === 'on' ? setRemoving(true) : void begin())}
      >
        {state === 'on' ? 'Remove the second factor' : 'Add a second factor'}
      </button>
      {adding !== null && (
        <Dialog title="Add a second factor" onClose={() => setAdding(null)}>
          <p>
            Scan this with your authenticator app, or type the secret into it. Then enter the code it shows.
          </p>
          <QRCodeSVG className={styles.code} value={adding.uri} size={192} marginSize={4} title="QR code" />
          <p>
            Secret: <code className={styles.secret}>{adding.secret}</code>
          </p>
          <Form
            fields={[codeField]}
            initial={{ code: '' }}
            schema={secondFactorConfirmationSchema.pick({ code: true })}
            send={async ({ code }) => {
              const body = { factorId: adding.factorId, code };
              const path = '/auth/second-factor/confirm';
              keeper.replace(await request(path, sessionSchema, { method: 'POST', body }));
              await watch.refresh();
              setAdding(null);
            }}
            submit="Confirm"
            onCancel={() => setAdding(null)}
            refusals={{ WRONG_CODE: { field: 'code' } }}
          />
        </Dialog>
      )}
      {removing && (
        <Dialog title="Remove the second factor" onClose={() => setRemoving(false)}>
          <Form
            fields={[currentPassword('password', 'Your password')]}
            initial={{ password: '' }}
            schema={unlockRequestSchema}
            send={async (body) => {
              await request('/auth/second-factor', emptySchema, { method: 'DELETE', body });
              await watch.refresh();
              setRemoving(false);
            }}
            submit="Remove"
            dangerous
            onCancel={() => setRemoving(false)}
            refusals={{ WRONG_PASSWORD: { field: 'password', sentence: WRONG_PASSWORD } }}
          >
            <p>From then on the password alone is enough to sign in.</p>
          </Form>
        </Dialog>
      )}
    </>
  );
}

const codeField = {
  kind: 'text',
  name: 'code',
  label: 'Code',
  hint: 'The six digits that the app shows now.',
  maxLength: 6,
  autoComplete: 'one-time-code',
  inputMode: 'numeric',
} as const;
