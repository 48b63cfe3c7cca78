/** Signing in and out, and what users do with their own session and account. */
import {
  passwordChangeSchema,
  refreshRequestSchema,
  secondFactorConfirmationSchema,
  signInRequestSchema,
  unlockRequestSchema,
} from '@haven/protocol';
import type { Request, Router } from 'express';
import type { Access, UserPrincipal } from '../access/access.ts';
import { address, parse, type Gate } from './gate.ts';

type Dependencies = { gate: Gate; access: Access };

const SESSION = 'session';

export function addAuthRoutes(api: Router, { gate, access }: Dependencies): void {
  const { accounts } = access;

  api.post('/auth/sign-in', async (request, response) => {
    const { email, password, code } = parse(signInRequestSchema, request.body);
    try {
      const session = await access.signIn(email, password, address(request), code);
      await gate.done(request, { userId: session.user.id }, 'sign-in', SESSION);
      response.json(session);
    } catch (error) {
      // Whose account was tried is known where it is one; what else was typed is nobody's business.
      const userId = await accounts.userIdOf(email).catch(() => undefined);
      gate.attempted(request, 'anonymous', 'sign-in', userId === undefined ? SESSION : `user:${userId}`);
      throw error;
    }
  });

  api.post('/auth/refresh', async (request, response) => {
    const { refreshToken } = parse(refreshRequestSchema, request.body);
    gate.attempted(request, 'anonymous', 'session:refresh', SESSION);
    response.json(await access.refresh(refreshToken, address(request)));
  });

  api.get('/auth/status', async (request, response) => {
    response.json(accounts.status(await gate.caller(request, 'session:status', SESSION)));
  });

  api.post('/auth/activity', async (request, response) => {
    response.json(await accounts.use(await gate.caller(request, 'session:use', SESSION)));
  });

  /** Something that the user does to the own account: refusals are audited like what was done. */
  async function change<T>(
    request: Request,
    action: string,
    work: (user: UserPrincipal) => Promise<T>,
  ): Promise<T> {
    const user = await gate.caller(request, action, SESSION);
    const answer = await work(user);
    await gate.done(request, user, action, SESSION);
    return answer;
  }

  api.post('/auth/sign-out', async (request, response) => {
    await change(request, 'sign-out', (user) => access.signOut(user));
    response.status(204).end();
  });

  api.post('/auth/unlock', async (request, response) => {
    const { password } = parse(unlockRequestSchema, request.body);
    await change(request, 'session:unlock', (user) => accounts.unlock(user, password, address(request)));
    response.status(204).end();
  });

  api.post('/auth/password', async (request, response) => {
    const passwords = parse(passwordChangeSchema, request.body);
    await change(request, 'password:change', (user) =>
      accounts.changePassword(user, passwords, address(request)),
    );
    response.status(204).end();
  });

  api.post('/auth/second-factor', async (request, response) => {
    response.json(await change(request, 'second-factor:begin', (user) => accounts.beginSecondFactor(user)));
  });

  api.post('/auth/second-factor/confirm', async (request, response) => {
    const { factorId, code } = parse(secondFactorConfirmationSchema, request.body);
    const session = await change(request, 'second-factor:add', (user) =>
      accounts.confirmSecondFactor(user, factorId, code),
    );
    response.json(session);
  });

  api.delete('/auth/second-factor', async (request, response) => {
    const { password } = parse(unlockRequestSchema, request.body);
    await change(request, 'second-factor:remove', (user) =>
      accounts.removeSecondFactor(user, password, address(request)),
    );
    response.status(204).end();
  });
}
