/**
 * `node e2e/support/forward-tcp.ts FROM... TO`, each HOST:PORT: carries connections on, as a proxy at the machine's
 * border does. Says `forwarding` once it listens.
 */
import { TcpPath } from './tcp-path.ts';

const addresses = process.argv.slice(2);
const target = addresses.pop();
if (target === undefined || addresses.length === 0) throw new Error('Say from where, and where to.');
await Promise.all(
  addresses.map((text) => {
    const [host = '', port = ''] = text.split(':');
    return TcpPath.open(`http://${target}`, undefined, { host, port: Number(port) });
  }),
);
console.log('forwarding');
