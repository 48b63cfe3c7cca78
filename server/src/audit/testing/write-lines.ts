/** Opens records on a data directory and audits without end, saying which line is kept, until it is killed. */
import { openRecords } from '../../records/open-records.ts';
import { openStore } from '../../records/store.ts';
import { testConfig } from '../../records/testing/fixtures.ts';
import { QuietTelemetry } from '../../testing/quiet-telemetry.ts';

const [directory = '', run = ''] = process.argv.slice(2);
const config = testConfig(directory, { HAVEN_NODE_ID: 'node-test' });
const store = await openStore(config);
const records = await openRecords({ store, config, telemetry: new QuietTelemetry(), clock: Date.now });

async function write(writer: number): Promise<never> {
  for (let number = 1; ; number++) {
    const subject = `run:${run}.${writer}.${number}`;
    const entry = { actor: 'system', action: 'test', subject, result: 'done', at: Date.now() } as const;
    await records.audit(entry);
    process.stdout.write(`${subject}\n`);
  }
}
await Promise.all([write(1), write(2), write(3)]);
