import { z } from 'zod';

/**
 * Every refusal that Haven gives, over REST, Socket.IO and on a command line: its HTTP status and a sentence that
 * says what to do. A code never changes its meaning.
 */
export const ERRORS = {
  UNAUTHENTICATED: { status: 401, advice: 'Sign in, or give a valid token.' },
  WRONG_PASSWORD: { status: 401, advice: 'The e-mail address or the password is wrong.' },
  SECOND_FACTOR_REQUIRED: { status: 401, advice: 'Give the code of your authenticator app as well.' },
  WRONG_CODE: { status: 401, advice: 'The code is wrong or too old. Take the one shown now.' },
  TOKEN_EXPIRED: { status: 401, advice: 'The session has ended. Sign in again.' },
  TOKEN_REVOKED: { status: 401, advice: 'This token was revoked. Ask an administrator for a new one.' },
  FORBIDDEN: { status: 403, advice: 'Your role does not allow this. Ask an administrator.' },
  ROOM_NOT_ASSIGNED: { status: 403, advice: 'You are not assigned to this room. Ask an administrator.' },
  PASSWORD_CHANGE_REQUIRED: { status: 403, advice: 'Choose a password of your own first.' },
  ORIGIN_REFUSED: {
    status: 403,
    advice: 'Requests from this web origin are not allowed (HAVEN_ALLOWED_ORIGINS).',
  },
  INVALID_REQUEST: { status: 400, advice: 'The request does not have the documented form.' },
  MESSAGE_TOO_LARGE: { status: 413, advice: 'The message is larger than the limit.' },
  PASSWORD_WEAK: {
    status: 400,
    advice: 'Choose a password of at least 12 characters that is not a known one.',
  },
  PROTOCOL_VERSION: {
    status: 426,
    advice: 'This client and the server speak different versions. Reload or update.',
  },
  NOT_FOUND: { status: 404, advice: 'There is nothing at this address.' },
  PATIENT_UNKNOWN: { status: 404, advice: 'No patient has this id.' },
  ROOM_UNKNOWN: { status: 404, advice: 'No room has this id.' },
  STREAM_UNKNOWN: { status: 404, advice: 'This stream has ended. Wait for the next one.' },
  TRANSPORT_UNKNOWN: { status: 404, advice: 'This transport is closed. Open a new one.' },
  CONSUMER_UNKNOWN: { status: 404, advice: 'This consumer is closed. Consume the stream again.' },
  ALERT_UNKNOWN: { status: 404, advice: 'No alert has this id in a room of yours.' },
  USER_UNKNOWN: { status: 404, advice: 'No user has this id.' },
  DEVICE_UNKNOWN: { status: 404, advice: 'No device has this id.' },
  KEY_UNKNOWN: { status: 404, advice: 'No key has this id.' },
  ASSIGNMENT_UNKNOWN: { status: 409, advice: 'This worker does not hold the assignment. Drop it.' },
  STALE_EPOCH: { status: 409, advice: 'The assignment was given out anew. Drop the old one.' },
  NOT_JOINED: { status: 409, advice: 'Join a room first.' },
  ALREADY_DONE: { status: 409, advice: 'This was done before.' },
  ALREADY_EXISTS: { status: 409, advice: 'This id, address or bed is taken. Choose another one.' },
  CHANGED_MEANWHILE: {
    status: 409,
    advice: 'Somebody else changed this meanwhile. Read it again, then change it.',
  },
  IN_USE: { status: 409, advice: 'Something still needs this. Remove that first.' },
  LAST_ADMINISTRATOR: { status: 409, advice: 'Somebody else has to be an administrator first.' },
  PATIENT_HAS_STREAM: { status: 409, advice: 'The patient is being watched. Stop the device first.' },
  PATIENT_HAS_DEVICE: { status: 409, advice: 'Another device publishes this patient. Stop it first.' },
  SUPERSEDED: { status: 409, advice: 'The same device publishes from elsewhere. This session has ended.' },
  UNSUPPORTED_CODEC: { status: 415, advice: 'Send VP8 or H.264 video.' },
  SESSION_LOCKED: { status: 423, advice: 'The session is locked after inactivity. Enter your password.' },
  ACCOUNT_LOCKED: { status: 429, advice: 'Too many wrong passwords. Wait, or ask an administrator.' },
  RATE_LIMITED: { status: 429, advice: 'Too many requests. Wait as long as the answer says.' },
  BITRATE_EXCEEDED: {
    status: 429,
    advice: 'This device sent far more than the server takes. Lower the bitrate of its encoder.',
  },
  CONFIRMATION_REQUIRED: { status: 409, advice: 'The bedside asked for this pause. Confirm that it ends.' },
  PRIVACY_RUNS: { status: 409, advice: "The patient's picture is paused for privacy. End the pause first." },
  TALK_UNSUPPORTED: { status: 409, advice: 'This bedside has no microphone and loudspeaker.' },
  TALK_BUSY: { status: 409, advice: 'Somebody else is talking with this patient. Wait a moment.' },
  TALK_UNKNOWN: { status: 404, advice: 'This talk has ended.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, advice: 'The body does not have the documented media type.' },
  PRECONDITION_FAILED: { status: 412, advice: 'The session has changed. Use its current entity tag.' },
  PRECONDITION_REQUIRED: { status: 428, advice: "Give the session's entity tag in If-Match." },
  METHOD_NOT_ALLOWED: { status: 405, advice: 'This address does not take this method.' },
  OFFER_UNACCEPTABLE: { status: 422, advice: 'The SDP offer holds no media that Haven can use.' },
  OVERLOADED: { status: 503, advice: 'The server is at its limit. Wait as long as the answer says.' },
  DRAINING: {
    status: 503,
    advice: 'This server is being taken out of service. Connect again to reach another.',
  },
  CAPACITY_EXCEEDED: { status: 503, advice: 'The server is full. Try again later.' },
  STORAGE_UNAVAILABLE: { status: 503, advice: 'The record store does not answer. Try again.' },
  STORAGE_FULL: { status: 507, advice: 'The disk is full. Free space on the server.' },
  SHUTTING_DOWN: { status: 503, advice: 'The server is stopping. Connect again.' },
  TIMEOUT: { status: 504, advice: 'No answer in time. Try again.' },
  INTERNAL: { status: 500, advice: 'The server failed. The trace id finds it in the log.' },
} as const satisfies Record<string, { status: number; advice: string }>;

export type ErrorCode = keyof typeof ERRORS;
export const errorCodeSchema = z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]);

/** An error as it crosses the wire. `message` is for people and holds no patient data. */
export const wireErrorSchema = z.object({
  code: errorCodeSchema,
  message: z.string().max(500),
  /** How long to wait before trying again, milliseconds. */
  retryAfterMs: z.number().int().min(0).optional(),
  traceId: z.string().max(64).optional(),
});
export type WireError = z.infer<typeof wireErrorSchema>;

/** An error with a code of {@link ERRORS}: thrown inside, turned into a {@link WireError} at each boundary. */
export class HavenError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode,
    message: string = ERRORS[code].advice,
    options: { retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HavenError';
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }

  toWire(traceId?: string): WireError {
    return {
      code: this.code,
      message: this.message,
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
      ...(traceId === undefined ? {} : { traceId }),
    };
  }

  static fromWire(error: WireError): HavenError {
    return new HavenError(
      error.code,
      error.message,
      error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs },
    );
  }
}
