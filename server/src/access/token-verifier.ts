import { HavenError } from '@haven/protocol';
import {
  createRemoteJWKSet,
  decodeJwt,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import { z } from 'zod';
import type { TokenVerification } from '../records/store.ts';

/** Of every token that Supabase gives to a signed-in user. */
const AUDIENCE = 'authenticated';
/** The issuer's keys are fetched within this time, ms. */
const KEYS_TIMEOUT_MS = 5000;

const claimsSchema = z.object({ sub: z.uuid(), session_id: z.string().min(1).max(128), exp: z.number() });
export type TokenClaims = {
  userId: string;
  sessionId: string;
  /** ms since the epoch */
  expiresAt: number;
};

/** Verifies access tokens of the embedded stack (HS256) and of a hosted Supabase (HS256, or its published keys). */
export class TokenVerifier {
  readonly #verify: (token: string) => Promise<JWTPayload>;

  constructor(verification: TokenVerification, clock: () => number) {
    const common = { audience: AUDIENCE, requiredClaims: ['sub', 'exp', 'session_id'] };
    if (verification.kind === 'secret') {
      const secret = new TextEncoder().encode(verification.secret);
      const issuer = verification.issuer === undefined ? {} : { issuer: verification.issuer };
      this.#verify = async (token) => {
        const options = { ...common, ...issuer, algorithms: ['HS256'], currentDate: new Date(clock()) };
        return (await jwtVerify(token, secret, options)).payload;
      };
    } else {
      const { issuer } = verification;
      const keys: JWTVerifyGetKey = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`), {
        timeoutDuration: KEYS_TIMEOUT_MS,
      });
      this.#verify = async (token) => {
        const options = { ...common, issuer, algorithms: ['ES256', 'RS256'], currentDate: new Date(clock()) };
        return (await jwtVerify(token, keys, options)).payload;
      };
    }
  }

  /** @throws HavenError TOKEN_EXPIRED, UNAUTHENTICATED, STORAGE_UNAVAILABLE (the issuer's keys cannot be had) */
  async verify(token: string): Promise<TokenClaims> {
    try {
      return claimsOf(await this.#verify(token));
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new HavenError('TOKEN_EXPIRED');
      const untrusted =
        error instanceof z.ZodError ||
        (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout));
      throw new HavenError(untrusted ? 'UNAUTHENTICATED' : 'STORAGE_UNAVAILABLE', undefined, {
        cause: error,
      });
    }
  }
}

/** Of a token that was verified before. */
export function claimsOfVerified(token: string): TokenClaims {
  return claimsOf(decodeJwt(token));
}

function claimsOf(payload: JWTPayload): TokenClaims {
  const { sub, session_id: sessionId, exp } = claimsSchema.parse(payload);
  return { userId: sub, sessionId, expiresAt: exp * 1000 };
}
