import { z } from 'zod';

/** What the wire accepts as a patient's id; a server narrows it further by its setting (default `^P-\d{3}$`). */
export const patientIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/, 'not a patient id');
/** The default form of a patient's id: `P-001`. */
export const DEFAULT_PATIENT_ID_PATTERN = '^P-\\d{3}$';

export const roomIdSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'not a room id');
export const uuidSchema = z.uuid();
/** Ids that mediasoup gives to transports, producers and consumers (UUIDs today; opaque to clients). */
export const mediaIdSchema = z.string().min(1).max(64);
/** Milliseconds since the Unix epoch, by the clock of whoever measured. */
export const timestampSchema = z.number().int().min(0).max(8.64e15);
/** Key that makes a mutating request idempotent: the same key returns the first answer. */
export const requestIdSchema = z.uuid();
