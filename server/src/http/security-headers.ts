import type { RequestHandler } from 'express';
import helmet from 'helmet';
import type { Config } from '../config/config.ts';

/** What browsers offer pages beside the camera and, for talks, the microphone: all of it is refused. */
const REFUSED_FEATURES = [
  'accelerometer',
  'browsing-topics',
  'display-capture',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'midi',
  'payment',
  'publickey-credentials-get',
  'serial',
  'usb',
  'xr-spatial-tracking',
];
const PERMISSIONS = [
  'camera=(self)',
  'microphone=(self)',
  ...REFUSED_FEATURES.map((feature) => `${feature}=()`),
].join(', ');
const HSTS_SECONDS = 31_536_000;

/** The headers by which browsers hold Haven's pages to what they need, and other pages away from them. */
export function securityHeaders(config: Pick<Config, 'tls'>): RequestHandler[] {
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        workerSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:', 'mediastream:'],
        fontSrc: ["'self'"],
        // In today's browsers it includes WebSockets of the same host.
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        // Text becomes no markup and no script; web/src/trusted-types.ts has the one policy.
        requireTrustedTypesFor: ["'script'"],
        trustedTypes: ['default'],
      },
    },
    // Over plain HTTP (loopback only) a browser would ignore it, and a developer's other projects would suffer.
    strictTransportSecurity: config.tls === 'off' ? false : { maxAge: HSTS_SECONDS, includeSubDomains: true },
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
  });
  const permissions: RequestHandler = (_request, response, next) => {
    response.setHeader('Permissions-Policy', PERMISSIONS);
    next();
  };
  return [headers, permissions];
}

/** Nothing that the API answers may be kept by a browser or on the way to it. */
export const noStore: RequestHandler = (_request, response, next) => {
  response.setHeader('Cache-Control', 'no-store');
  next();
};
