import type { ErrorCode, RequestMap } from '@haven/protocol';
import type { Actor } from '../audit/actor.ts';
import type { Counter, Telemetry } from '../telemetry/telemetry.ts';
import { AnswerCache } from './answer-cache.ts';
import { defineEndpoints, type Handlers } from './endpoints.ts';
import type { RequestService, RequestSocket, RequestSource } from './request-service.ts';

/** A connection to a namespace, whoever is at its other end. */
export interface Session<M extends RequestMap = RequestMap> {
  readonly handlers: Handlers<M>;
  /** Looks again whether it may go on, and ends what may not. */
  recheck(): void;
  /** Tells the peer why, then closes the connection. */
  end(code: ErrorCode): void;
  disconnected(): void;
}

export type SessionSocket = RequestSocket & {
  on(event: 'disconnect', listener: (reason: string) => void): unknown;
};

type Ending = Pick<Session, 'recheck' | 'end'>;

/** All running sessions: each is served from its connection to its end, and its rights are checked while it runs. */
export class Sessions {
  readonly #requests: RequestService;
  readonly #telemetry: Telemetry;
  readonly #disconnects: Counter;
  readonly #running = new Set<Ending>();

  constructor(requests: RequestService, telemetry: Telemetry) {
    this.#requests = requests;
    this.#telemetry = telemetry;
    this.#disconnects = telemetry.counter(
      'haven_websocket_disconnects_total',
      'Connections that ended, by namespace and reason',
    );
  }

  /** Runs a session that ends with its connection. */
  run<M extends RequestMap>(
    namespace: string,
    socket: SessionSocket,
    actor: Actor,
    definitions: M,
    session: Session<M>,
  ): void {
    const leave = this.add(session);
    const endpoints = defineEndpoints(definitions, session.handlers);
    this.serve({ socket, namespace, endpoints, actor }, new AnswerCache(), () => {
      leave();
      session.disconnected();
    });
  }

  /** Has a session checked and ended with all others. @returns leaves it to itself again */
  add(session: Ending): () => void {
    this.#running.add(session);
    return () => this.#running.delete(session);
  }

  /** Answers the requests of one connection, until it ends. */
  serve(
    source: RequestSource & { socket: SessionSocket },
    answers: AnswerCache,
    disconnected: () => void,
  ): void {
    this.#requests.serve(source, answers);
    source.socket.on('disconnect', (reason) => {
      this.#disconnects.add(1, { namespace: source.namespace, reason });
      disconnected();
    });
  }

  /** After rights changed or time went on: a failure for one session must not spare the others. */
  recheck(): void {
    for (const session of [...this.#running]) {
      try {
        session.recheck();
      } catch (error) {
        this.#telemetry.logger.error({ err: error }, 'a session could not be checked and was ended');
        session.end('INTERNAL');
      }
    }
  }

  end(code: ErrorCode): void {
    for (const session of [...this.#running]) session.end(code);
  }
}
