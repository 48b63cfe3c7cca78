import { z } from 'zod';

/** `auth` of every Socket.IO handshake. A handshake that is refused fails with a {@link WireError} in `error.data`. */
export const handshakeSchema = z.object({
  protocol: z.number().int(),
  token: z.string().min(1).max(4096),
});
export type Handshake = z.infer<typeof handshakeSchema>;

/** Largest Socket.IO message and HTTP body, bytes. */
export const MAX_MESSAGE_BYTES = 128 * 1024;
