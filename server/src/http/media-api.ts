/** WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep): SDP over HTTP, in front of a media desk. */
import { HavenError, type IceServers } from '@haven/protocol';
import cors from 'cors';
import { Router, text, type Request, type RequestHandler, type Response } from 'express';
import type { MediaDesk } from '../standards/media-desk.ts';
import { MAX_SDP_BYTES } from '../standards/sdp/offer.ts';
import { bearerToken } from './bearer.ts';
import { identifiedAddress } from './client-address.ts';
import { corsOptions } from './origin.ts';

const OFFER = 'application/sdp';
const FRAGMENT = 'application/trickle-ice-sdpfrag';

type OfPatient = Request<{ patientId: string }>;
type OfSession = Request<{ sessionId: string }>;

/** @param path where the router stands, such as `/whip` */
export function createMediaApi(path: string, desk: MediaDesk): Router {
  const api = Router();

  const endpoint = '/:patientId';
  const resource = '/sessions/:sessionId';
  api.options(endpoint, async (request, response) => {
    response.setHeader('Allow', 'POST, OPTIONS');
    response.setHeader('Accept-Post', OFFER);
    // Preflights carry no token; a client that asks by itself may.
    if (request.headers.authorization !== undefined) {
      tellIceServers(response, await desk.iceServers(visitorOf(request)));
    }
    response.status(204).end();
  });
  api.post(endpoint, ...body(OFFER), async (request: OfPatient, response) => {
    const offer = textOf(request);
    const opened = await desk.open(visitorOf(request), request.params.patientId, offer);
    tellIceServers(response, opened.iceServers);
    response.setHeader('Location', `${path}/sessions/${opened.sessionId}`);
    response.setHeader('ETag', opened.entityTag);
    response.setHeader('Accept-Patch', FRAGMENT);
    response.status(201).type(OFFER).send(opened.answer);
  });

  api.options(resource, (_request, response) => {
    response.setHeader('Allow', 'PATCH, DELETE, OPTIONS');
    response.setHeader('Accept-Patch', FRAGMENT);
    response.status(204).end();
  });
  api.patch(resource, ...body(FRAGMENT), async (request: OfSession, response) => {
    const ifMatch = request.headers['if-match'];
    const { sessionId } = request.params;
    const restarted = await desk.patch(visitorOf(request), sessionId, ifMatch, textOf(request));
    if (restarted === undefined) {
      response.status(204).end();
      return;
    }
    response.setHeader('ETag', restarted.entityTag);
    response.status(200).type(FRAGMENT).send(restarted.fragment);
  });
  api.delete(resource, async (request: OfSession, response) => {
    await desk.close(visitorOf(request), request.params.sessionId);
    response.status(200).end();
  });

  api.all(endpoint, refuseMethod('POST, OPTIONS'));
  api.all(resource, refuseMethod('PATCH, DELETE, OPTIONS'));
  return api;
}

/** What pages of the allowed origins may do; everything beyond an offer is said in headers. */
export function mediaCors(allowedOrigins: readonly string[]): RequestHandler {
  return cors({
    ...corsOptions(allowedOrigins),
    methods: ['POST', 'PATCH', 'DELETE', 'OPTIONS'],
    // Clients of WHIP's earlier drafts send the entity tag as a header of its own.
    allowedHeaders: ['Authorization', 'Content-Type', 'If-Match', 'ETag'],
    exposedHeaders: ['Location', 'ETag', 'Link', 'Accept-Post', 'Accept-Patch', 'Retry-After'],
    // What an address takes is said by its own answer to OPTIONS.
    preflightContinue: true,
  });
}

/** RFC 9725, 4.6: one `Link` an address. */
function tellIceServers(response: Response, servers: IceServers): void {
  const links = servers.flatMap(({ urls, username, credential }) =>
    urls.map((url) => {
      const secret =
        username === undefined || credential === undefined
          ? ''
          : `; username="${username}"; credential="${credential}"; credential-type="password"`;
      return `<${url}>; rel="ice-server"${secret}`;
    }),
  );
  if (links.length > 0) response.setHeader('Link', links);
}

/** Reads a body of this type, and of no other. */
function body(type: string): RequestHandler[] {
  return [
    (request, _response, next) => {
      if (request.is(type) === false) {
        throw new HavenError('UNSUPPORTED_MEDIA_TYPE', `Send the body as ${type}.`);
      }
      next();
    },
    text({ type, limit: MAX_SDP_BYTES, inflate: false, defaultCharset: 'utf-8' }),
  ];
}

function textOf(request: { body?: unknown }): string {
  if (typeof request.body !== 'string') throw new HavenError('INVALID_REQUEST', 'The request has no body.');
  return request.body;
}

function visitorOf(request: Request<Record<string, string>>): { token: string; address: string } {
  return { token: bearerToken(request), address: identifiedAddress(request) };
}

function refuseMethod(allowed: string): RequestHandler {
  return (_request, response) => {
    response.setHeader('Allow', allowed);
    throw new HavenError('METHOD_NOT_ALLOWED');
  };
}
