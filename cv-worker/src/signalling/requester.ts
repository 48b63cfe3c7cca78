import type { CvRequests, RequestOf, ResponseOf } from '@haven/protocol';

/**
 * Makes a request of the server's `/cv` namespace.
 * @throws HavenError with the server's code, or TIMEOUT when there is no connection or no answer in time
 */
export type CvRequester = <K extends keyof CvRequests>(
  name: K,
  request: RequestOf<CvRequests, K>,
) => Promise<ResponseOf<CvRequests, K>>;
