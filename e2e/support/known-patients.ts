import type { HavenServer } from './haven-server.ts';
import { until } from './process.ts';

/** Patients who are added beside a running server are known to it seconds later, more on a busy machine, ms. */
const KNOWN_WITHIN_MS = 30_000;

/** Waits until the server knows these patients, who lie in a room of the seeded clinician's. */
export async function patientsKnown(server: HavenServer, patientIds: readonly string[]): Promise<void> {
  const { accessToken } = await server.signIn();
  await until('the server to know its new patients', KNOWN_WITHIN_MS, async () => {
    const text = await (await server.get('/api/v1/patients', accessToken)).text();
    return patientIds.every((patientId) => text.includes(`"${patientId}"`));
  });
}
