import { z } from 'zod';
import { HavenError, wireErrorSchema, type WireError } from './errors.ts';

/** The acknowledgement of every signalling request: a value or an error, never silence. */
export type Reply<T> = { ok: true; data: T } | { ok: false; error: WireError };

/** A request's two shapes, by which the server validates what comes in and clients know what comes back. */
export type RequestDefinition = { request: z.ZodType; response: z.ZodType };
export type RequestMap = Record<string, RequestDefinition>;

export type RequestOf<M extends RequestMap, K extends keyof M> = z.output<M[K]['request']>;
export type ResponseOf<M extends RequestMap, K extends keyof M> = z.output<M[K]['response']>;

/** The Socket.IO event map that a request map stands for: each event carries a request and an acknowledgement. */
export type RequestEvents<M extends RequestMap> = {
  [K in keyof M & string]: (
    request: RequestOf<M, K>,
    reply: (answer: Reply<ResponseOf<M, K>>) => void,
  ) => void;
};

const replyEnvelope = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), data: z.unknown() }),
  z.object({ ok: z.literal(false), error: wireErrorSchema }),
]);

/**
 * Reads a reply that came over the wire.
 * @throws HavenError with the server's code, or `INVALID_REQUEST` when the answer has not the documented form.
 */
export function readReply<M extends RequestMap, K extends keyof M>(
  requests: M,
  name: K,
  answer: unknown,
): ResponseOf<M, K> {
  const envelope = replyEnvelope.safeParse(answer);
  if (!envelope.success)
    throw new HavenError('INVALID_REQUEST', `the answer to ${String(name)} is malformed`);
  if (!envelope.data.ok) throw HavenError.fromWire(envelope.data.error);
  const data = requests[name]!.response.safeParse(envelope.data.data);
  if (!data.success) throw new HavenError('INVALID_REQUEST', `the answer to ${String(name)} is malformed`);
  return data.data as ResponseOf<M, K>;
}

/** For requests that answer with nothing but success. */
export const emptySchema = z.object({});
