import { InvalidArgumentError } from 'commander';

/** A server's address as it is given on a command line. @throws InvalidArgumentError */
export function serverOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && ['http:', 'https:'].includes(url.protocol)) return url.origin;
  throw new InvalidArgumentError('Give an address such as https://haven.example:3000.');
}
