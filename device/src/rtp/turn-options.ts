import type { IceServers } from '@haven/protocol';
import type { IceOptions } from 'werift';

const URL_FORM = /^(stun|turn|turns):(\[[^\]]+\]|[^:?]+)(?::(\d+))?(?:\?transport=(udp|tcp))?$/;
/** RFC 8489 and RFC 8656: without and with TLS. */
const DEFAULT_PORT = 3478;
const DEFAULT_TLS_PORT = 5349;

type TurnOptions = Partial<
  Pick<IceOptions, 'stunServer' | 'turnServer' | 'turnUsername' | 'turnPassword' | 'turnTransport'>
>;

/** What werift takes of the servers that the SFU names: the first STUN and the first TURN server (RFC 7064, 7065). */
export function turnOptionsOf(servers: IceServers): TurnOptions {
  const known = servers.flatMap(({ urls, username, credential }) =>
    urls.flatMap((url) => {
      const match = URL_FORM.exec(url);
      return match === null ? [] : [{ ...addressOf(match), username, credential }];
    }),
  );
  const stun = known.find(({ scheme }) => scheme === 'stun');
  const turn = known.find(({ scheme }) => scheme !== 'stun');
  return {
    ...(stun === undefined ? {} : { stunServer: [stun.host, stun.port] }),
    ...(turn === undefined
      ? {}
      : {
          turnServer: [turn.host, turn.port],
          turnTransport: turn.scheme === 'turns' ? 'tls' : turn.transport,
          ...(turn.username === undefined ? {} : { turnUsername: turn.username }),
          ...(turn.credential === undefined ? {} : { turnPassword: turn.credential }),
        }),
  };
}

type Address = { scheme: string; host: string; port: number; transport: 'udp' | 'tcp' };

function addressOf([, scheme = '', host = '', port, transport]: readonly (string | undefined)[]): Address {
  return {
    scheme,
    host: host.replace(/^\[|\]$/g, ''),
    port: Number(port ?? (scheme === 'turns' ? DEFAULT_TLS_PORT : DEFAULT_PORT)),
    transport: transport === 'tcp' ? 'tcp' : 'udp',
  };
}
