/**
 * Trace context (W3C Trace Context, version 00) in signalling. A client that traces what it does adds
 * `{ traceparent }` to a request, as one more argument between the payload and the acknowledgement; the server does the
 * same after the payload of an `alert`. Whoever does not know it passes over it.
 */
import { z } from 'zod';

/** `00-TRACE-SPAN-FLAGS`; neither id is all zeros. */
export const traceparentSchema = z
  .string()
  .regex(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[01]$/, 'is no traceparent of version 00');

export const traceContextSchema = z.object({ traceparent: traceparentSchema });
export type TraceContext = z.infer<typeof traceContextSchema>;

/** A span that begins a trace of its own, sampled. */
export function newTraceparent(): string {
  return `00-${randomHex(16)}-${randomHex(8)}-01`;
}

function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

/** Longest that a client's span may have lasted, ms: what took longer is no answer to anything. */
const LONGEST_SPAN_MS = 10 * 60_000;
const durationMs = z.number().min(0).max(LONGEST_SPAN_MS);

/** What a browser has measured for a trace; the server places it in time by its own clock, ending now. */
export const clientSpanSchema = z.discriminatedUnion('name', [
  /** From `transport:open` to the first picture on screen; `span` is the span itself, which began the trace. */
  z.object({ name: z.literal('join'), span: traceparentSchema, durationMs }),
  /** From an alert's arrival to its being drawn; `parent` came with the alert. */
  z.object({ name: z.literal('alert-shown'), parent: traceparentSchema, durationMs }),
]);
export type ClientSpan = z.infer<typeof clientSpanSchema>;
