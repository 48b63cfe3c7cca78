/** A program: writes the script that a page needs to run a module, to standard output. Usage: bundle-page.ts MODULE */
import { build } from 'vite';

const [entry = ''] = process.argv.slice(2);
const result = await build({
  configFile: false,
  logLevel: 'error',
  build: { write: false, minify: false, lib: { entry, formats: ['iife'], name: 'page' } },
});
const output = [result].flat().flatMap((part) => ('output' in part ? part.output : []));
const chunk = output.find((part) => part.type === 'chunk');
if (chunk === undefined) throw new Error(`${entry} could not be bundled`);
process.stdout.write(chunk.code);
