import { writeFile } from 'node:fs/promises';

const RATE = 48_000;
const SECONDS = 4;
/** Of a voice: harmonics of a fundamental, in syllables. Steady tones would be filtered out as noise. */
const FUNDAMENTAL_HZ = 160;
const HARMONICS = 12;
const SYLLABLES_PER_SECOND = 4;
const AMPLITUDE = 9000;

/** Writes something like a voice, as mono PCM in WAV, for Chromium's fake microphone. */
export async function writeVoice(path: string): Promise<void> {
  const samples = new Int16Array(RATE * SECONDS);
  for (let index = 0; index < samples.length; index += 1) {
    const time = index / RATE;
    const syllable = Math.max(0, Math.sin(2 * Math.PI * SYLLABLES_PER_SECOND * time));
    let voice = 0;
    for (let harmonic = 1; harmonic <= HARMONICS; harmonic += 1) {
      const glide = FUNDAMENTAL_HZ * harmonic * (1 + 0.05 * Math.sin(2 * Math.PI * time));
      voice += Math.sin(2 * Math.PI * glide * time) / harmonic;
    }
    samples[index] = AMPLITUDE * syllable * voice;
  }
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.byteLength, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  // PCM, one channel.
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.byteLength, 40);
  await writeFile(path, Buffer.concat([header, Buffer.from(samples.buffer)]));
}
