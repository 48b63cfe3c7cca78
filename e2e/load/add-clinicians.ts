import { newPassword } from '../../server/src/access/administration/passwords.ts';
import { addUser } from '../../server/src/access/administration/users.ts';
import { DirectAudit } from '../../server/src/audit/direct-audit.ts';
import { readConfig } from '../../server/src/config/config.ts';
import { joinStore } from '../../server/src/records/store.ts';
import type { User } from '../support/haven-server.ts';

/** Adds clinicians to a room of a server that runs. */
export async function addClinicians(dataDirectory: string, roomId: string, count: number): Promise<User[]> {
  const config = readConfig({ HAVEN_DATA_DIR: dataDirectory });
  const store = await joinStore(config);
  try {
    const trail = new DirectAudit({ client: store.service, config, clock: Date.now });
    const context = { store, actor: 'load test', keep: trail.keep.bind(trail), clock: Date.now };
    const users: User[] = [];
    for (let number = 1; number <= count; number++) {
      const user = { email: `load-${number}@haven.local`, password: newPassword() };
      const { email } = user;
      await addUser(
        context,
        { email, displayName: `Load ${number}`, roles: ['clinician'], roomIds: [roomId] },
        user.password,
      );
      users.push(user);
    }
    return users;
  } finally {
    await store.close();
  }
}
