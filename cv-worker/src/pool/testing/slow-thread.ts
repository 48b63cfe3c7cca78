/** An analysis thread that is busy with loading for longer than one that works may be silent. */
import { serveAnalysis } from '../thread-runtime.ts';
import { ScriptedAnalyzer } from './scripted-analyzer.ts';

const LOADING_MS = 3000;

await serveAnalysis(() => {
  const end = performance.now() + LOADING_MS;
  while (performance.now() < end);
  return Promise.resolve({ create: () => new ScriptedAnalyzer(), tensors: () => 0 });
});
