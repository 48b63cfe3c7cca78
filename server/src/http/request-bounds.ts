import { HavenError } from '@haven/protocol';
import express, { type RequestHandler } from 'express';

/** The longest address with every query of the API is a tenth of it, characters. */
const LONGEST_URL = 2048;

export const boundUrl: RequestHandler = (request, _response, next) => {
  if (request.originalUrl.length > LONGEST_URL) {
    throw new HavenError('INVALID_REQUEST', `The address is longer than ${LONGEST_URL} characters.`);
  }
  next();
};

/**
 * A page of another origin can send forms and plain text without asking first: only JSON counts as a body, for which
 * browsers ask. A compressed body is refused because its size says nothing about what it unpacks to.
 */
const jsonOnly: RequestHandler = (request, _response, next) => {
  if (request.headers['content-length'] !== '0' && request.is('application/json') === false) {
    throw new HavenError('INVALID_REQUEST', 'Send the body as application/json.');
  }
  next();
};

/** @param limit the largest body, bytes */
export const readJson = (limit: number): RequestHandler[] => [
  jsonOnly,
  express.json({ limit, inflate: false }),
];
