import { HavenError, type ErrorCode, type Privacy, type Source } from '@haven/protocol';
import type { Access, DevicePrincipal } from '../access/access.ts';
import type { Admission } from '../admission/admission.ts';
import type { Actor } from '../audit/actor.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { Config } from '../config/config.ts';
import type { Privacies } from '../privacy/privacies.ts';
import type { Records } from '../records/records.ts';
import type { Sfu } from '../sfu/sfu.ts';
import type { Stream } from '../sfu/stream.ts';

/** What encoders are told: cameras need no more for a wall or for a pulse. */
const CONSTRAINTS = { maxFramesPerSecond: 30, maxBitrate: 2_500_000 };

/** What an encoder is told: what is needed, and no more than the server takes. */
export function constraintsOf({ limits }: Pick<Config, 'limits'>): typeof CONSTRAINTS {
  return {
    maxFramesPerSecond: Math.min(CONSTRAINTS.maxFramesPerSecond, limits.maxFramesPerSecond),
    maxBitrate: Math.min(CONSTRAINTS.maxBitrate, limits.maxIncomingBitrate),
  };
}

export type PublishParts = {
  access: Access;
  admission: Admission;
  audit: AuditTrail;
  config: Config;
  privacies: Privacies;
  records: Records;
  sfu: Sfu;
};

/** The device that publishes. */
export type Publisher = { principal: DevicePrincipal; actor: Actor };

export type Publishing = {
  patientId: string;
  source: Source;
  /** A pause that began before, and still runs. */
  privacy?: Privacy | null | undefined;
};

/**
 * Claims the patient's stream for a device, by whatever way it came: its rights, a place, the audit of its beginning
 * and its end.
 * @throws HavenError INVALID_REQUEST, PATIENT_UNKNOWN, FORBIDDEN, TOKEN_REVOKED, PATIENT_HAS_DEVICE,
 * BITRATE_EXCEEDED, CAPACITY_EXCEEDED, SHUTTING_DOWN, STREAM_UNKNOWN (it ended while it was made)
 */
export async function publish(
  { access, admission, audit, config, privacies, records, sfu }: PublishParts,
  { principal, actor }: Publisher,
  { patientId, source, privacy }: Publishing,
): Promise<Stream> {
  if (!config.patientIdPattern.test(patientId)) {
    throw new HavenError('INVALID_REQUEST', 'The patient id does not have the form that this server uses.');
  }
  const { roomId } = await records.patient(patientId);
  access.authorize(principal, 'stream:publish');
  if (patientId !== principal.patientId) {
    throw new HavenError('FORBIDDEN', 'This device belongs to another patient.');
  }
  if (source === 'synthetic' && !config.syntheticAllowed) {
    throw new HavenError(
      'FORBIDDEN',
      'Synthetic sources are refused here: this server is not a demonstration.',
    );
  }
  const leave = await admission.devices.take(patientId);
  try {
    const stream = await sfu.streams.publish({ patientId, roomId, deviceId: principal.deviceId, source });
    if (stream.ended) throw new HavenError('STREAM_UNKNOWN');
    // Before its first packet, and not by a device that the patient does not have.
    if (privacy != null) privacies.bring(patientId, privacy);
    const subject = `patient:${patientId}`;
    stream.once('ended', (reason) => {
      leave();
      audit.done(actor, `stream:${reason}`, subject);
    });
    audit.done(actor, 'publish:start', subject);
    return stream;
  } catch (error) {
    leave();
    throw error;
  }
}

/**
 * Whether the device may go on, after rights changed. A stream whose patient was moved to another room ends alone: the
 * device publishes again, for the viewers of the room where the patient is now.
 * @returns the code with which the device's session is to end, if it is
 */
export function recheckPublisher(
  access: Pick<Access, 'authorize'>,
  principal: DevicePrincipal,
  stream: Stream | undefined,
): ErrorCode | undefined {
  try {
    access.authorize(principal, 'stream:publish', stream?.identity.roomId);
    return undefined;
  } catch (error) {
    if (!(error instanceof HavenError)) throw error;
    if (error.code === 'ROOM_NOT_ASSIGNED') {
      stream?.end('patient-moved');
      return undefined;
    }
    stream?.end('revoked');
    return error.code;
  }
}
