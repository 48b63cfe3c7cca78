import { jest } from '@jest/globals';

/** A whole system on a busy machine needs longer than a function. */
jest.setTimeout(60_000);
