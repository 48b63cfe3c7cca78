import type { HavenServer } from './haven-server.ts';
import { Program } from './process.ts';
import type { TestMachine } from './test-network.ts';

type Target = Pick<HavenServer, 'url' | 'deviceToken'> & {
  /** Where the agent runs, when not here. */
  machine?: TestMachine | undefined;
};

/** Starts `npm run device` as the patient's device. */
export async function startDevice(server: Target, patientId: string, ...source: string[]): Promise<Program> {
  const token = await server.deviceToken(patientId);
  const args = ['--server', server.url, '--patient', patientId, ...source];
  const environment = { HAVEN_DEVICE_TOKEN: token, HAVEN_LOG_LEVEL: 'info' };
  return new Program('device/src/main.ts', args, environment, server.machine);
}
