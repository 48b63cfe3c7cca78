import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { DEMO_FRAMES_PER_SECOND, DEMO_PATIENTS } from './demo.ts';
import type { Supervisor } from './supervisor.ts';

/** What children are given of the server's own environment: where things are, and the CV worker's settings. */
const PASSED_ON = [
  ...['PATH', 'HOME', 'TMPDIR', 'FFMPEG_PATH'],
  ...['HAVEN_CV_THREADS', 'HAVEN_CV_CAPACITY', 'HAVEN_CV_FRAME_RATE', 'HAVEN_CV_FALL_EXPERIMENT'],
  ...['HAVEN_TAP_PORTS', 'HAVEN_TFJS_BACKEND'],
];

/**
 * A CV worker makes short-lived garbage only. Left alone, V8 lets its young generation grow to many times what it needs
 * (MB, each of its halves), and glibc keeps an arena for each thread that ever asked for memory.
 */
const CV_WORKER_MEMORY = {
  nodeOptions: ['--max-semi-space-size=4'],
  environment: { MALLOC_ARENA_MAX: '2' },
};

/** Where the children find the server, and by what they sign in. */
type Access = {
  url: string;
  /** Of the authority that signed the server's certificate, where Haven made it itself. */
  authorityFile: string | undefined;
  cvKeyFile: string;
  demoDevices: readonly { patientId: string; token: string }[];
};

/** Starts the CV workers of this machine and, in a demonstration, a device for each simulated patient. */
export function startChildren(
  supervisor: Supervisor,
  config: Config,
  { url, authorityFile, cvKeyFile, demoDevices }: Access,
): void {
  const inherited: Record<string, string> = { HAVEN_URL: url, HAVEN_LOG_LEVEL: config.logLevel };
  for (const name of PASSED_ON) {
    const value = process.env[name];
    if (value !== undefined) inherited[name] = value;
  }
  if (authorityFile !== undefined) inherited.HAVEN_CA_FILE = authorityFile;
  for (let number = 1; number <= config.cvWorkers; number++) {
    supervisor.start({
      name: `cv-worker-${number}`,
      entry: join(config.repositoryRoot, 'cv-worker/src/main.ts'),
      arguments: [],
      nodeOptions: CV_WORKER_MEMORY.nodeOptions,
      environment: {
        ...inherited,
        ...CV_WORKER_MEMORY.environment,
        HAVEN_CV_KEY_FILE: cvKeyFile,
        HAVEN_CV_NAME: `local-${number}`,
      },
    });
  }
  if (!config.demo) return;
  DEMO_PATIENTS.forEach(({ patientId, synthetic }, index) => {
    const token = demoDevices.find((device) => device.patientId === patientId)?.token;
    // The administrator may have removed the demonstration's patient.
    if (token === undefined) return;
    supervisor.start({
      name: `demo-device-${index + 1}`,
      entry: join(config.repositoryRoot, 'device/src/main.ts'),
      arguments: [
        ...['--server', url, '--patient', patientId, '--synthetic', synthetic],
        ...['--fps', String(DEMO_FRAMES_PER_SECOND)],
      ],
      environment: { ...inherited, HAVEN_DEVICE_TOKEN: token },
    });
  });
}
