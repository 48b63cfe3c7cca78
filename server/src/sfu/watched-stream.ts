import type { EventEmitter } from 'node:events';
import type { Stream, StreamEvents } from './stream.ts';

/** What viewers need of a stream, whether its device publishes to this node or to another. */
export type WatchedStream = Pick<
  Stream,
  | 'identity'
  | 'state'
  | 'live'
  | 'mimeType'
  | 'ended'
  | 'endReason'
  | 'priority'
  | 'sizes'
  | 'lowestBitrate'
  | 'arrivingLayer'
  | 'lendProducer'
  | 'setPriority'
  | 'watch'
  | 'unwatch'
> &
  EventEmitter<StreamEvents> & { readonly streamId: string };
