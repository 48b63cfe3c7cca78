import type { PublicSettings } from '@haven/protocol';

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** What an installer must set so that media reach this browser; null where nothing is missing. */
export function announcedAddressAdvice(settings: PublicSettings | null, hostname: string): string | null {
  if (settings?.announcedAddress !== null || LOOPBACK.test(hostname)) return null;
  return `This browser runs on another machine than Haven, and Haven does not say where its video can be reached. Start Haven with HAVEN_ANNOUNCED_ADDRESS=${hostname} (the server’s address as this machine reaches it).`;
}

/** Why the browser gives no camera here; null where it does. */
export function secureContextAdvice(isSecure: boolean, hostname: string): string | null {
  if (isSecure) return null;
  return `The browser gives the camera only to pages over HTTPS. Start Haven with HAVEN_TLS=self-signed (or with a certificate of yours), HAVEN_LISTEN=0.0.0.0 and HAVEN_ANNOUNCED_ADDRESS=${hostname}, then open this page with https://.`;
}
