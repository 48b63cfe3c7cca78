/** The HTTPS certificate: a given one, or one that Haven's own authority signs. */
import { webcrypto } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigError, type Config } from '../config/config.ts';

type Identity = { certificate: string; key: string };

export type TlsFiles = Identity & {
  /** The authority that Haven signs with: to be installed on clients, or of `local` alone. */
  authorityFile?: string;
  /** Shown to whoever calls this machine localhost, where the certificate that all others see is a given one. */
  local?: Identity;
};

const DAY_MS = 24 * 3600 * 1000;
/** Browsers refuse server certificates that are valid for longer. */
const LEAF_DAYS = 397;
const AUTHORITY_DAYS = 3650;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

const storedSchema = z.object({
  authority: z.string(),
  authorityKey: z.string(),
});

/**
 * @returns undefined when HTTPS is off
 * @throws ConfigError when a given file cannot be read
 */
export async function loadTls(config: Config, now: number): Promise<TlsFiles | undefined> {
  if (config.tls === 'off') return undefined;
  if (config.tls === 'self-signed') return selfSigned(config, now);
  const [certificateFile, keyFile] = config.tls.split(',');
  if (certificateFile === undefined || keyFile === undefined) {
    throw new ConfigError('HAVEN_TLS must be off, self-signed, or CERTIFICATE.pem,KEY.pem.');
  }
  const given = { certificate: read(certificateFile), key: read(keyFile) };
  // What runs beside the server knows no name of a given certificate.
  const { authorityFile, ...local } = await selfSigned(config, now);
  return { ...given, authorityFile, local };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`HAVEN_TLS names ${path}, which cannot be read: ${String(error)}.`);
  }
}

/** The names and addresses under which this machine may be called. */
export function subjectNames(announcedAddress: string | undefined): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).map(({ address }) => address),
  );
  const names = ['localhost', hostname(), '127.0.0.1', '::1', ...addresses];
  if (announcedAddress !== undefined) names.push(announcedAddress);
  return [...new Set(names)].filter((name) => !name.includes('%'));
}

async function selfSigned(config: Config, now: number): Promise<Identity & { authorityFile: string }> {
  // Its container of algorithms needs this polyfill before it is loaded.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const directory = join(config.dataDirectory, 'tls');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const stateFile = join(directory, 'authority.json');
  const authorityFile = join(directory, 'haven-authority.pem');

  if (!existsSync(stateFile)) {
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const authority = await x509.X509CertificateGenerator.createSelfSigned({
      name: 'CN=Haven local authority',
      keys,
      notBefore: new Date(now - DAY_MS),
      notAfter: new Date(now + AUTHORITY_DAYS * DAY_MS),
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      ],
    });
    const stored = { authority: authority.toString('pem'), authorityKey: await toPem(keys.privateKey) };
    writeFileSync(stateFile, JSON.stringify(stored), { mode: 0o600 });
  }
  const stored = storedSchema.parse(JSON.parse(readFileSync(stateFile, 'utf8')));
  writeFileSync(authorityFile, stored.authority);

  const authority = new x509.X509Certificate(stored.authority);
  const authorityKey = await webcrypto.subtle.importKey(
    'pkcs8',
    fromPem(stored.authorityKey),
    ALGORITHM,
    false,
    ['sign'],
  );
  // The leaf is made anew at each start, so that it names the addresses that the machine has now.
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const leaf = await x509.X509CertificateGenerator.create({
    subject: 'CN=Haven',
    issuer: authority.subject,
    publicKey: keys.publicKey,
    signingKey: authorityKey,
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + LEAF_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        subjectNames(config.announcedAddress).map((name) =>
          isIP(name) === 0 ? { type: 'dns', value: name } : { type: 'ip', value: name },
        ),
      ),
    ],
  });
  return {
    certificate: `${leaf.toString('pem')}\n${stored.authority}`,
    key: await toPem(keys.privateKey),
    authorityFile,
  };
}

async function toPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

function fromPem(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
}
