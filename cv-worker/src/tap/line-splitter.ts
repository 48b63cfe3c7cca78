import { StringDecoder } from 'node:string_decoder';

/** What is kept of a line: a damaged stream must not fill the memory through a decoder's complaints. */
const MAX_LINE_LENGTH = 1000;

/** Splits text that comes in pieces into its lines, empty ones left out. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  push(chunk: Buffer): string[] {
    const lines = (this.#rest + this.#decoder.write(chunk)).split(/[\r\n]+/);
    this.#rest = (lines.pop() ?? '').slice(0, MAX_LINE_LENGTH);
    return lines.filter((line) => line !== '').map((line) => line.slice(0, MAX_LINE_LENGTH));
  }
}
