import type { Config } from '../config/config.ts';
import { testConfig } from '../records/testing/fixtures.ts';

/** For a whole server in a test's own process: a free port, one media worker, no demonstration, no limit of requests. */
export function wholeServerConfig(directory: string): Config {
  const worker = process.env.MEDIASOUP_WORKER_BIN;
  return testConfig(directory, {
    ...{ PORT: '0', HAVEN_DEMO: '0', HAVEN_CV_WORKERS: '0', HAVEN_MEDIA_WORKERS: '1' },
    ...{ HAVEN_LOG_LEVEL: 'silent', HAVEN_TRUSTED_NETWORKS: '127.0.0.0/8' },
    ...(worker === undefined ? {} : { MEDIASOUP_WORKER_BIN: worker }),
  });
}
