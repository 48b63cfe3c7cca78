import { addDevice } from '../../server/src/access/administration/devices.ts';
import { addPatient } from '../../server/src/access/administration/patients.ts';
import { DirectAudit } from '../../server/src/audit/direct-audit.ts';
import { readConfig } from '../../server/src/config/config.ts';
import { joinStore } from '../../server/src/records/store.ts';

/** Adds patients and a device of each to a server that runs. @returns the devices' tokens by patient */
export async function addPatients(
  dataDirectory: string,
  roomId: string,
  count: number,
): Promise<Map<string, string>> {
  const config = readConfig({ HAVEN_DATA_DIR: dataDirectory });
  const store = await joinStore(config);
  try {
    const trail = new DirectAudit({ client: store.service, config, clock: Date.now });
    const context = { store, actor: 'benchmark', keep: trail.keep.bind(trail), clock: Date.now };
    const tokens = new Map<string, string>();
    for (let number = 1; number <= count; number++) {
      const id = `P-${200 + number}`;
      const patient = {
        id,
        roomId,
        name: `Patient ${number}`,
        bed: `B${number}`,
        analysisMode: 'both',
      } as const;
      await addPatient(context, patient, config.patientIdPattern);
      const { token } = await addDevice(context, id, 'Loop');
      tokens.set(id, token);
    }
    return tokens;
  } finally {
    await store.close();
  }
}
