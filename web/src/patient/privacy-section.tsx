import { privacyReasonSchema, type Alert, type Privacy } from '@haven/protocol';
import { useState } from 'react';
import { z } from 'zod';
import type { BedsideActions } from '../core/bedside-actions.ts';
import { PRIVACY_BY, PRIVACY_REASONS, privacyWords } from '../core/privacy-view.ts';
import { testIds } from '../test-ids.ts';
import controls from '../ui/controls.module.css';
import { Dialog } from '../ui/dialog.tsx';
import { Form } from '../ui/form.tsx';
import type { FieldDefinition } from '../ui/form-field.tsx';
import { useAction } from '../ui/use-action.ts';
import styles from './patient-panel.module.css';

const MINUTES = ['5', '10', '15', '30', '60'];

const FIELDS: readonly FieldDefinition[] = [
  {
    kind: 'choice',
    name: 'reason',
    label: 'Reason',
    options: privacyReasonSchema.options.map((value) => ({ value, name: PRIVACY_REASONS[value] })),
  },
  {
    kind: 'choice',
    name: 'minutes',
    label: 'For how long',
    options: MINUTES.map((value) => ({ value, name: `${value} min` })),
  },
];

const answerSchema = z.object({ reason: privacyReasonSchema, minutes: z.coerce.number() });

type PrivacySectionProps = {
  whose: string;
  patientId: string;
  /** The running pause, if any. */
  privacy: Privacy | null;
  /** Of the patient. */
  alerts: readonly Alert[];
  serverNow: number;
  /** null for a user who may not change it. */
  actions: Pick<BedsideActions, 'pausePicture' | 'resumePicture'> | null;
};

/** Whether the patient's picture is paused, and the ways to pause it and to end that. */
export function PrivacySection(props: PrivacySectionProps) {
  const { whose, patientId, privacy, serverNow, actions } = props;
  const [asking, setAsking] = useState<'pause' | 'end' | null>(null);
  const { busy, problem, run } = useAction();
  const close = () => setAsking(null);
  const end = (confirmed: boolean) =>
    run('Privacy goes on.', async () => actions?.resumePicture(patientId, confirmed));
  return (
    <section
      className={styles.section}
      aria-labelledby="privacy-title"
      data-testid={testIds.privacySection}
      data-privacy={privacy !== null}
    >
      <div className={styles.sectionHeader}>
        <h3 id="privacy-title">
          {privacy === null ? 'Privacy: off' : `PRIVACY – ${privacyWords(privacy, serverNow)}`}
        </h3>
        {actions !== null && (
          <button
            type="button"
            className={controls.button}
            data-testid={testIds.privacyPause}
            onClick={() => setAsking('pause')}
          >
            {privacy === null ? 'Pause the picture …' : 'Longer or shorter …'}
          </button>
        )}
        {actions !== null && privacy !== null && (
          <button
            type="button"
            className={controls.primary}
            disabled={busy}
            data-testid={testIds.privacyEnd}
            onClick={() => (privacy.by === 'bedside' ? setAsking('end') : void end(false))}
          >
            End privacy now
          </button>
        )}
      </div>
      <p role="status">
        {privacy === null
          ? 'The picture is shown.'
          : `No picture is sent and nothing is measured: ${PRIVACY_BY[privacy.by]}. Alerts about the picture wait until it ends.`}
      </p>
      {problem !== null && (
        <p className={controls.error} role="alert">
          {problem}
        </p>
      )}
      {asking === 'pause' && actions !== null && (
        <PauseDialog {...props} actions={actions} title={`Privacy of ${whose}`} onClose={close} />
      )}
      {asking === 'end' && (
        <Dialog title={`End the privacy of ${whose}?`} onClose={close} place="foot">
          <p>
            The bedside asked for it. End it only if the patient’s safety needs the picture, or somebody there
            has agreed. The bedside is told, and it is kept who ended it.
          </p>
          <div className={styles.sectionHeader}>
            <button type="button" className={controls.button} onClick={close}>
              Leave it paused
            </button>
            <button
              type="button"
              className={controls.dangerous}
              disabled={busy}
              onClick={() => void end(true).then((done) => done && close())}
            >
              End privacy
            </button>
          </div>
        </Dialog>
      )}
    </section>
  );
}

type PauseDialogProps = PrivacySectionProps & {
  actions: NonNullable<PrivacySectionProps['actions']>;
  title: string;
  onClose: () => void;
};

function PauseDialog({ patientId, privacy, alerts, actions, title, onClose }: PauseDialogProps) {
  const high = alerts.some(({ active, priority }) => active && priority === 'high');
  const ofBedside = privacy?.by === 'bedside';
  return (
    <Dialog title={title} onClose={onClose} place="foot">
      <Form
        fields={FIELDS}
        initial={{ reason: privacy?.reason ?? 'personal-care', minutes: '15' }}
        schema={answerSchema}
        send={async ({ reason, minutes }) => {
          await actions.pausePicture(patientId, reason, minutes, high || ofBedside);
          onClose();
        }}
        submit={high ? 'Pause although there is a high alert' : 'Pause the picture'}
        dangerous={high}
        onCancel={onClose}
      >
        {high && (
          <p className={controls.error} role="alert">
            This patient has a HIGH alert. While the picture is paused nobody sees the patient here: make sure
            that somebody is there.
          </p>
        )}
        {ofBedside && <p className={controls.notice}>The bedside asked for the pause that runs.</p>}
        <p className={controls.soft}>
          The camera stops at the bedside, and pulse, breathing and presence are not measured. It ends by
          itself, and the bedside can end it too.
        </p>
      </Form>
    </Dialog>
  );
}
