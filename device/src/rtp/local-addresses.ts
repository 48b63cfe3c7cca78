import { networkInterfaces } from 'node:os';

/** The addresses by which this machine reaches others, as one text that changes when they do. */
export function localAddresses(): string {
  return Object.values(networkInterfaces())
    .flatMap((addresses = []) => addresses)
    .filter(({ internal }) => !internal)
    .map(({ address }) => address)
    .sort()
    .join(' ');
}
