import type { HavenServer } from './haven-server.ts';
import { Program } from './process.ts';

/** Starts `npm run device` as the patient's device. */
export async function startDevice(
  server: Pick<HavenServer, 'url' | 'deviceToken'>,
  patientId: string,
  ...source: string[]
): Promise<Program> {
  const token = await server.deviceToken(patientId);
  const args = ['--server', server.url, '--patient', patientId, ...source];
  return new Program('device/src/main.ts', args, { HAVEN_DEVICE_TOKEN: token, HAVEN_LOG_LEVEL: 'info' });
}
