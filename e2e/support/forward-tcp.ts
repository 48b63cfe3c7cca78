/**
 * `node e2e/support/forward-tcp.ts FROM... TO`, each HOST:PORT: carries connections on, as a proxy at the machine's
 * border does. Says `forwarding` once it listens.
 */
import { connect, createServer } from 'node:net';

const addresses = process.argv.slice(2).map((text) => {
  const [host = '', port = ''] = text.split(':');
  return { host, port: Number(port) };
});
const target = addresses.pop();
if (target === undefined || addresses.length === 0) throw new Error('Say from where, and where to.');

let opening = addresses.length;
for (const { host, port } of addresses) {
  const server = createServer((client) => {
    const upstream = connect(target.port, target.host);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.pipe(to);
      // Whichever end goes takes the other along; why does not matter here.
      from.on('error', () => undefined);
      from.once('close', () => to.destroy());
    }
  });
  server.listen(port, host, () => {
    opening -= 1;
    if (opening === 0) console.log('forwarding');
  });
}
