import type { RecoveryCase } from './case.ts';
import { killCases } from './kills.ts';
import { narrowViewer } from './narrow-viewer.ts';
import { networkCases } from './networks.ts';
import { nodeCases } from './nodes.ts';
import { serviceCases } from './services.ts';

export const recoveryCases: readonly RecoveryCase[] = [
  ...killCases,
  ...serviceCases,
  ...nodeCases,
  ...networkCases,
  narrowViewer,
];
