/** An analysis thread that does what it is told by the frames. */
import { serveAnalysis } from '../thread-runtime.ts';
import { ScriptedAnalyzer } from './scripted-analyzer.ts';

await serveAnalysis(() => Promise.resolve({ create: () => new ScriptedAnalyzer(), tensors: () => 7 }));
