/** What the runner (`npm run k6`) says in the environment; passwords never stand on a command line. */

export type User = { email: string; password: string };

function setting(name: string): string {
  // Missing ones are undefined, which k6's types leave out.
  const value = __ENV[name] as string | undefined;
  if (value === undefined || value === '') throw new Error(`${name} is not set: run npm run k6 -- --help`);
  return value;
}

/** Origins of the server, or of several nodes: http://127.0.0.1:3000,… */
const ORIGINS = setting('HAVEN_K6_URL').split(',');
/** Where everybody signs in and reads. */
export const BASE_URL = ORIGINS[0];
export const ROOM_ID = setting('HAVEN_K6_ROOM');
/** Clinicians of that room, who share the virtual users among them. */
export const USERS = JSON.parse(setting('HAVEN_K6_USERS')) as readonly User[];

/** The node that a virtual user watches at. */
export function nodeOf(virtualUser: number): string {
  return ORIGINS[virtualUser % ORIGINS.length];
}

/** How long the scenario runs: its own length unless the runner says another. */
export function seconds(byDefault: number): number {
  const given = Number(__ENV.HAVEN_K6_SECONDS);
  return Number.isFinite(given) && given > 0 ? given : byDefault;
}

/** A share of the scenario's length, as k6 writes times. */
export function share(total: number, part: number): string {
  return `${Math.max(1, Math.round(total * part))}s`;
}
