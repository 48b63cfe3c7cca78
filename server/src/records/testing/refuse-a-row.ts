/** Lets the database refuse a row that holds a patient's name, and prints how it was refused. */
import { openStore } from '../store.ts';
import { testConfig } from './fixtures.ts';

const store = await openStore(testConfig(process.argv[2] ?? ''));
const bed = 'a bed of more than twenty characters';
const room = await store.service.from('rooms').insert({ id: 'ward-x', name: 'Ward X' });
const refused = await store.service
  .from('patients')
  .insert({ id: 'P-999', room_id: 'ward-x', name: 'Nomen Nescio', bed });
process.stdout.write(`${room.error?.code ?? 'added'} ${refused.error?.code ?? 'added'}\n`);
process.stderr.write('the end\n');
await store.close();
