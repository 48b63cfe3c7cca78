import type { MonitorRequests } from '@haven/protocol';
import type { Access, UserPrincipal } from '../access/access.ts';
import type { AlertService } from '../alerts/alert-service.ts';
import type { SoundPauses } from '../alerts/sound-pauses.ts';
import type { Actor } from '../audit/actor.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { Records } from '../records/records.ts';
import type { Handlers } from './endpoints.ts';

type AlarmRequest = 'alert:acknowledge' | 'alert:silence' | 'alarm:pause' | 'alarm:resume';

export type AlarmParts = {
  access: Access;
  alerts: AlertService;
  audit: AuditTrail;
  clock: () => number;
  records: Pick<Records, 'audit'>;
  soundPauses: SoundPauses;
};

/** Who asks, and in which room they are. */
export type Asking = {
  actor: Actor;
  principal: () => UserPrincipal;
  /** @throws HavenError NOT_JOINED */
  room: () => string;
};

/** What clinicians do to alarms, at any station of the room: each is authorised, kept and audited with its reason. */
export function alarmHandlers(
  { access, alerts, audit, clock, records, soundPauses }: AlarmParts,
  { actor, principal, room }: Asking,
): Pick<Handlers<MonitorRequests>, AlarmRequest> {
  return {
    'alert:acknowledge': async ({ alertId, reason }) => {
      access.authorize(principal(), 'alert:acknowledge', alerts.roomOf(alertId));
      const alert = await alerts.acknowledge(alertId, principal(), reasonOf(reason));
      audit.done(actor, 'alert:acknowledge', `alert:${alertId}`, reason);
      return alert;
    },
    'alert:silence': async ({ alertId, seconds, reason }) => {
      access.authorize(principal(), 'alert:silence', alerts.roomOf(alertId));
      const alert = await alerts.silence(alertId, principal(), seconds, reasonOf(reason));
      audit.done(actor, 'alert:silence', `alert:${alertId}`, reason);
      return alert;
    },
    'alarm:pause': async ({ seconds, reason }) => {
      const roomId = room();
      access.authorize(principal(), 'alarm:pause', roomId);
      // A silence that nobody can account for is refused: the alarms go on sounding.
      await records.audit({
        actor: actor.name,
        address: actor.address,
        action: 'alarm:pause',
        subject: `room:${roomId}`,
        result: 'done',
        at: clock(),
        ...(reason === undefined ? {} : { reason }),
      });
      return soundPauses.pause(roomId, principal(), seconds, reasonOf(reason));
    },
    'alarm:resume': () => {
      const roomId = room();
      access.authorize(principal(), 'alarm:pause', roomId);
      if (soundPauses.resume(roomId)) audit.done(actor, 'alarm:resume', `room:${roomId}`);
      return {};
    },
  };
}

/** An empty reason is none. */
function reasonOf(reason: string | undefined): string | null {
  return reason === undefined || reason === '' ? null : reason;
}
