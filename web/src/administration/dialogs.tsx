import { emptySchema } from '@haven/protocol';
import { useState, type ReactNode } from 'react';
import { z } from 'zod';
import { useSignedIn } from '../session/signed-in.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Form, type FormProps } from '../ui/form.tsx';
import { ShownOnce } from '../ui/shown-once.tsx';

type FormDialogProps<S extends z.ZodType> = FormProps<S> & { title: string; close: () => void };

/** A form in a dialogue that is done when the form is. */
export function FormDialog<S extends z.ZodType>({ title, close, send, ...form }: FormDialogProps<S>) {
  return (
    <Dialog title={title} onClose={close}>
      <Form
        {...form}
        onCancel={close}
        send={async (value) => {
          await send(value);
          close();
        }}
      />
    </Dialog>
  );
}

type Secret = { name: string; secret: string; advice: string };
type SecretDialogProps<S extends z.ZodType> = Omit<FormProps<S>, 'send'> & {
  title: string;
  close: () => void;
  send: (value: z.output<S>) => Promise<Secret>;
};

/** A form in a dialogue whose answer is a secret, which is shown before the dialogue is left. */
export function SecretDialog<S extends z.ZodType>({ title, close, send, ...form }: SecretDialogProps<S>) {
  const [shown, setShown] = useState<Secret | null>(null);
  return (
    <Dialog title={title} onClose={shown === null ? close : undefined}>
      {shown === null ? (
        <Form {...form} onCancel={close} send={async (value) => setShown(await send(value))} />
      ) : (
        <ShownOnce {...shown} onDone={close} />
      )}
    </Dialog>
  );
}

type RemoveDialogProps = {
  title: string;
  /** What is deleted, below `/api/v1`. */
  path: string;
  submit: string;
  /** Typed to confirm, where a slip would hurt. */
  typed?: string;
  close: () => void;
  /** What goes and what stays. */
  children: ReactNode;
};

/** Deletes something after saying what that means. */
export function RemoveDialog({ title, path, submit, typed, close, children }: RemoveDialogProps) {
  const { request } = useSignedIn();
  return (
    <FormDialog
      title={title}
      close={close}
      fields={
        typed === undefined
          ? []
          : [
              {
                kind: 'text',
                name: 'typed',
                label: `Type ${typed} to confirm`,
                hint: `Exactly ${typed}.`,
                maxLength: 64,
              },
            ]
      }
      initial={{ typed: '' }}
      schema={typed === undefined ? z.object({}) : z.object({ typed: z.literal(typed) })}
      send={async () => {
        await request(path, emptySchema, { method: 'DELETE' });
      }}
      submit={submit}
      dangerous
    >
      {children}
    </FormDialog>
  );
}
