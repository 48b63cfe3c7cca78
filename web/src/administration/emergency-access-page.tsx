import {
  breakGlassPageSchema,
  breakGlassReviewSchema,
  breakGlassSchema,
  type BreakGlass,
} from '@haven/protocol';
import { z } from 'zod';
import { useSignedIn } from '../session/signed-in.ts';
import { FormDialog } from './dialogs.tsx';
import { ListPage } from './list-page.tsx';
import { Tag } from '../ui/tag.tsx';
import { useList } from './use-list.ts';
import { dateAndTime } from '../ui/words.ts';

type AccessDialogProps = { access: BreakGlass; close: () => void };

/** The review as the form has it: a choice is a text. */
const reviewFormSchema = breakGlassReviewSchema.extend({
  justified: z.enum(['yes', 'no']).transform((answer) => answer === 'yes'),
});

export function EmergencyAccessPage() {
  const list = useList('/admin/break-glass', breakGlassPageSchema);
  const { watch, session } = useSignedIn();
  const runs = ({ endedAt, endsAt }: BreakGlass) => endedAt === null && endsAt > watch.now();
  return (
    <ListPage
      title="Emergency access"
      things="emergency accesses"
      intro="Who entered a room that is not theirs, and why. Each one is to be reviewed by somebody else."
      list={list}
      keyOf={({ id }) => id}
      nameOf={({ userName, roomId }) => `${userName} in ${roomId}`}
      columns={[
        { name: 'Who', cell: ({ userName }) => userName },
        { name: 'Room', cell: ({ roomId }) => roomId },
        { name: 'Reason', cell: ({ reason }) => reason },
        { name: 'From', cell: ({ startedAt }) => dateAndTime(startedAt) },
        { name: 'To', cell: ({ endsAt, endedAt }) => dateAndTime(endedAt ?? endsAt) },
        { name: 'Review', cell: (access) => <Review access={access} running={runs(access)} /> },
      ]}
      actions={[
        {
          name: 'End',
          offered: runs,
          dialog: (access, close) => <EndAccess access={access} close={close} />,
        },
        {
          name: 'Review',
          offered: ({ review, userId }) => review === null && userId !== session.user.id,
          dialog: (access, close) => <ReviewAccess access={access} close={close} />,
        },
      ]}
    />
  );
}

function Review({ access: { review }, running }: { access: BreakGlass; running: boolean }) {
  if (review !== null) {
    return (
      <>
        <Tag kind={review.justified ? 'good' : 'warning'}>
          {review.justified ? 'justified' : 'not justified'}
        </Tag>{' '}
        {review.note} ({review.userName}, {dateAndTime(review.at)})
      </>
    );
  }
  return <Tag kind="warning">{running ? 'running' : 'open'}</Tag>;
}

function EndAccess({ access, close }: AccessDialogProps) {
  const { request } = useSignedIn();
  return (
    <FormDialog
      title={`End ${access.userName}’s access to ${access.roomId}`}
      close={close}
      fields={[]}
      initial={{}}
      schema={z.object({})}
      send={async () => {
        await request(`/admin/break-glass/${access.id}/end`, breakGlassSchema, { method: 'POST', body: {} });
      }}
      submit="End it now"
      dangerous
    >
      <p>Pictures and vitals of the room stop for this user within five seconds.</p>
    </FormDialog>
  );
}

function ReviewAccess({ access, close }: AccessDialogProps) {
  const { request } = useSignedIn();
  return (
    <FormDialog
      title={`Review ${access.userName}’s access to ${access.roomId}`}
      close={close}
      fields={[
        {
          kind: 'choice',
          name: 'justified',
          label: 'Was it justified?',
          hint: 'Yes or no.',
          options: [
            { value: '', name: 'Choose' },
            { value: 'yes', name: 'Yes' },
            { value: 'no', name: 'No' },
          ],
        },
        {
          kind: 'long-text',
          name: 'note',
          label: 'Note',
          hint: 'What you found, 3 to 200 letters. It cannot be changed later.',
          maxLength: 200,
        },
      ]}
      initial={{ justified: '', note: '' }}
      schema={reviewFormSchema}
      send={async (body) => {
        await request(`/admin/break-glass/${access.id}/review`, breakGlassSchema, { method: 'POST', body });
      }}
      submit="Save the review"
      refusals={{ ALREADY_DONE: { sentence: 'Somebody else has reviewed this meanwhile.' } }}
    >
      <p>
        {dateAndTime(access.startedAt)}: “{access.reason}”
      </p>
    </FormDialog>
  );
}
