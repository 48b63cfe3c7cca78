import { HavenError, type ErrorCode } from '@haven/protocol';
import type { z } from 'zod';
import type { Api, ApiRequest } from './api.ts';
import type { SessionKeeper } from './session-keeper.ts';

/**
 * A request on behalf of whoever is signed in.
 * @param path below `/api/v1`
 * @throws HavenError the server's code; UnreachableError without an answer
 */
export type SignedInApi = <S extends z.ZodType>(
  path: string,
  schema: S,
  request?: Omit<ApiRequest, 'token'>,
) => Promise<z.output<S>>;

/** Refusals of a token that a renewed one may not meet. */
const RENEWABLE: ReadonlySet<ErrorCode> = new Set(['TOKEN_EXPIRED', 'UNAUTHENTICATED']);

/**
 * Requests that carry the session's token, renewed once where it was refused. A session that the server has ended
 * ends here as well.
 * @param onRefusal hears every refusal, so that a locked session is noticed at once
 */
export function signInto(
  api: Api,
  keeper: SessionKeeper,
  onRefusal: (error: HavenError) => void = () => undefined,
): SignedInApi {
  return async (path, schema, request = {}) => {
    const attempt = (token: string) => api(path, schema, { ...request, token });
    try {
      const token = await keeper.accessToken();
      return await attempt(token).catch(async (error: unknown) => {
        if (!(error instanceof HavenError) || !RENEWABLE.has(error.code)) throw error;
        return attempt(await keeper.renew());
      });
    } catch (error) {
      if (error instanceof HavenError) {
        if (error.code === 'TOKEN_REVOKED') keeper.end(error);
        onRefusal(error);
      }
      throw error;
    }
  };
}
