import { createHmac } from 'node:crypto';
import type { IceServers } from '@haven/protocol';
import type { Config } from '../config/config.ts';

/**
 * The STUN and TURN servers that a peer may use, with credentials that end by themselves: the user name is the end of
 * their validity, s since the epoch, and the peer's name; the password its HMAC-SHA1 under the secret that the TURN
 * server shares (coturn's `use-auth-secret`, draft-uberti-behave-turn-rest-00).
 *
 * @param name who asks, such as `device:…`; never anything of a patient. The TURN server counts its quota by it.
 * @param now ms since the epoch
 */
export function iceServersFor({ turn }: Pick<Config, 'turn'>, name: string, now: number): IceServers {
  const stunUrls = turn.urls.filter((url) => url.startsWith('stun'));
  const turnUrls = turn.urls.filter((url) => url.startsWith('turn'));
  const servers: IceServers = [];
  if (stunUrls.length > 0) servers.push({ urls: stunUrls });
  if (turnUrls.length > 0 && turn.secret !== undefined) {
    // A colon separates the two parts of the user name.
    const username = `${Math.floor((now + turn.ttlMs) / 1000)}:${name.replaceAll(':', '-')}`;
    const credential = createHmac('sha1', turn.secret).update(username).digest('base64');
    servers.push({ urls: turnUrls, username, credential });
  }
  return servers;
}
