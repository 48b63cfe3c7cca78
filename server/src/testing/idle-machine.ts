import type { MachineLoad } from '../admission/strain.ts';

export const IDLE_MACHINE: MachineLoad = {
  ...{ processor: 0, ownProcessor: 0, mainThread: 0, busiestMediaWorker: 0 },
  ...{ eventLoopDelayMs: 0, memory: 0 },
};
