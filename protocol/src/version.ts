/**
 * Version of everything in this package, sent by each client when it connects. It rises when an older client
 * could misread a newer server; a server refuses another version with `PROTOCOL_VERSION`.
 */
export const PROTOCOL_VERSION = 3;
