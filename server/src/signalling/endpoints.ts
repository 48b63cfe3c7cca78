import { HavenError, type RequestMap, type RequestOf, type ResponseOf } from '@haven/protocol';
import { z } from 'zod';

/** One handler for each request of a map. */
export type Handlers<M extends RequestMap> = {
  [K in keyof M]: (request: RequestOf<M, K>) => ResponseOf<M, K> | Promise<ResponseOf<M, K>>;
};

/** A request that was found well formed, ready to run. */
export type Call = {
  /** The key under which a repetition returns the first answer, for requests that have one. */
  requestId: string | undefined;
  run: () => Promise<unknown>;
};

/** Turns what came over the wire into a call. @throws HavenError INVALID_REQUEST */
export type Endpoint = (payload: unknown) => Call;

const identified = z.object({ requestId: z.string() });

export function defineEndpoints<M extends RequestMap>(
  definitions: M,
  handlers: Handlers<M>,
): ReadonlyMap<string, Endpoint> {
  const endpoints = new Map<string, Endpoint>();
  for (const name in definitions) {
    const schema: M[typeof name]['request'] = definitions[name]!.request;
    endpoints.set(name, endpoint<M[typeof name]['request']>(schema, handlers[name]));
  }
  return endpoints;
}

function endpoint<S extends z.ZodType>(schema: S, handler: (request: z.output<S>) => unknown): Endpoint {
  return (payload) => {
    const parsed = z.safeParse(schema, payload);
    if (!parsed.success) throw new HavenError('INVALID_REQUEST', describe(parsed.error));
    const { data } = parsed;
    return { requestId: identified.safeParse(data).data?.requestId, run: async () => await handler(data) };
  };
}

/** Longest part of the reason that a refusal repeats, characters. */
const MAX_REASON_LENGTH = 200;

function describe(error: z.core.$ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'The request does not have the documented form.';
  const where = issue.path.length === 0 ? 'The request' : `The field ${issue.path.join('.')}`;
  return `${where} is wrong: ${issue.message}`.slice(0, MAX_REASON_LENGTH);
}
