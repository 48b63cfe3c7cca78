/** The words that every part of Haven speaks: schemas, the types from them, event maps, error codes. No I/O. */
export * from './alerts.ts';
export * from './cv-signalling.ts';
export * from './device-signalling.ts';
export * from './errors.ts';
export * from './handshake.ts';
export * from './identifiers.ts';
export * from './media.ts';
export * from './monitor-signalling.ts';
export * from './observations.ts';
export * from './patients.ts';
export * from './reply.ts';
export * from './rest.ts';
export * from './version.ts';
export * from './vitals.ts';
