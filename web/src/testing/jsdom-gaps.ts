/** What browsers have and jsdom has not; loaded before each test of the web app. */
import { TextDecoder, TextEncoder } from 'node:util';

Object.assign(globalThis, { TextDecoder, TextEncoder });
