import { HavenError } from '@haven/protocol';

/** The part of an Engine.IO connection that matters here. */
type Connection = { close(): unknown };
type Inside = { namespaces: Set<string>; admitted: boolean };

/** A session, from before anything of it is checked to its end. */
export type Beginning = {
  /** It was let in. @returns whether it is the first of its connection */
  admitted(): boolean;
  /** It was refused, or is over; calling it again changes nothing. */
  end(): void;
};

/**
 * The sessions of each connection: one of a namespace at a time. Socket.IO sees to that only once somebody was let in:
 * while the first is still being checked it takes any number. A connection that has left its last namespace is closed,
 * since nothing else would ever end it.
 */
export class ConnectionSessions {
  readonly #inside = new WeakMap<Connection, Inside>();

  /** @throws HavenError INVALID_REQUEST when the connection has a session of this namespace, or begins one */
  begin(connection: Connection, namespace: string): Beginning {
    const inside = this.#inside.get(connection) ?? { namespaces: new Set(), admitted: false };
    this.#inside.set(connection, inside);
    const { namespaces } = inside;
    if (namespaces.has(namespace)) {
      throw new HavenError('INVALID_REQUEST', 'A connection has one session of a namespace at a time.');
    }
    namespaces.add(namespace);
    let over = false;
    return {
      admitted: () => {
        const first = !inside.admitted;
        inside.admitted = true;
        return first;
      },
      end: () => {
        if (over) return;
        over = true;
        namespaces.delete(namespace);
        if (inside.admitted && namespaces.size === 0) connection.close();
      },
    };
  }
}
