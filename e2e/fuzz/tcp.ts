import { connect, type Socket } from 'node:net';

/** A connection that may break at any moment, which is no failure here. Resolves also when it was refused. */
export async function openTcp(address: string, port: number): Promise<Socket> {
  const socket = connect(port, address);
  socket.on('error', () => undefined);
  socket.resume();
  await new Promise<void>((resolve) => {
    socket.once('connect', () => resolve());
    socket.once('close', () => resolve());
  });
  return socket;
}

/** Resolves when the other side has closed it, or after a while. */
export function closedWithin(socket: Socket, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    if (socket.destroyed) resolve();
  });
}
