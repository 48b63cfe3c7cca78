import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { collect } from '../testing/collect.ts';
import { RecordingError } from '../recording-error.ts';
import { readBidmc } from './bidmc.ts';
import { parseColourTrace, readColourTrace } from './colour-trace.ts';
import { parseGroundTruth, parseGtDump, readUbfc } from './ubfc.ts';
import { readWelltory } from './welltory.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'haven-readers-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content);
}

describe('a colour trace', () => {
  test('is read with either header, its times as they are', () => {
    const phone = parseColourTrace('time,R,G,B\n0,250,1,2\n39,249.5,1,3\n', 'trace');
    expect([...phone.timesMs]).toEqual([0, 39]);
    expect([...phone.skin.red]).toEqual([250, 249.5]);
    expect(phone.background).toBeNull();
    const face = parseColourTrace(
      'time_ms,red,green,blue,background_red,background_green,background_blue\n0,1,2,3,4,5,6\n33.4,1,2,3,4,5,6\n',
      'trace',
    );
    expect([...face.timesMs]).toEqual([0, 33.4]);
    expect([...(face.background?.green ?? [])]).toEqual([5, 5]);
  });

  test.each([
    ['empty', '', 'is empty'],
    ['a header alone', 'time,R,G,B\n', 'no rows'],
    ['other columns', 'when,what\n1,2\n', 'time,R,G,B or time_ms,red,green,blue'],
    ['a column that is missing', 'time,R,G\n0,1,2\n', 'no column “B”'],
    ['a background of one channel', 'time_ms,red,green,blue,background_red\n0,1,2,3,4\n', 'background_green'],
    ['a word for a number', 'time,R,G,B\n0,1,2,3\n10,1,two,3\n', 'row 3 has “two” for G'],
    ['NaN', 'time,R,G,B\n0,NaN,2,3\n', 'row 2 has “NaN” for R'],
    ['an infinite level', 'time,R,G,B\n0,Infinity,2,3\n', 'row 2 has “Infinity”'],
    ['a row that is too short', 'time,R,G,B\n0,1,2,3\n10,1\n', 'comma-separated'],
    ['times that stand still', 'time,R,G,B\n0,1,2,3\n10,1,2,3\n10,1,2,3\n', 'row 4 is not later'],
    ['times that go back', 'time,R,G,B\n10,1,2,3\n5,1,2,3\n', 'row 3 is not later'],
    ['times in another unit', 'time,R,G,B\n0,1,2,3\n9e12,1,2,3\n', 'milliseconds'],
    ['a level that no camera gives', 'time,R,G,B\n0,1,256,3\n', '256 for G'],
  ])('that is %s is refused with a sentence', (_, text, sentence) => {
    expect(() => parseColourTrace(text, 'trace.csv')).toThrow(RecordingError);
    expect(() => parseColourTrace(text, 'trace.csv')).toThrow(sentence);
    expect(() => parseColourTrace(text, 'trace.csv')).toThrow(/^trace\.csv/);
  });

  test('that is missing or a folder is refused with a sentence', async () => {
    await expect(readColourTrace(join(folder, 'none.csv'))).rejects.toThrow('cannot be read');
    await expect(readColourTrace(folder)).rejects.toThrow('is no file');
  });
});

describe('Welltory', () => {
  test('gives each subject with intervals that begin with the recording', async () => {
    await write('LICENSE', 'text');
    await write('subject_02/PPG.csv', 'time,R,G,B\n100,1,2,3\n130,1,2,3\n');
    await write('subject_02/RR.txt', '1000 500\n');
    const [record] = await collect(readWelltory(folder));
    expect(record.subject).toBe('subject_02');
    expect(record.beats.meanRate(100, 1600)).toBeCloseTo(80, 9);
    expect(record.beats.meanRate(0, 1000)).toBeNull();
  });

  test('leaves out pictures that are not later than the one before them', async () => {
    await write('subject_04/PPG.csv', 'time,R,G,B\n0,1,2,3\n30,2,2,3\n30,3,2,3\n20,4,2,3\n60,5,2,3\n');
    await write('subject_04/RR.txt', '1000 500');
    const [{ trace }] = await collect(readWelltory(folder));
    expect([...trace.timesMs]).toEqual([0, 30, 60]);
    expect([...trace.skin.red]).toEqual([1, 2, 5]);
  });

  test('refuses intervals that are none', async () => {
    await write('subject_02/PPG.csv', 'time,R,G,B\n0,1,2,3\n30,1,2,3\n');
    await write('subject_02/RR.txt', '1000 -3');
    await expect(collect(readWelltory(folder))).rejects.toThrow('RR.txt must list intervals');
  });
});

describe('BIDMC', () => {
  const numerics = 'Time [s], HR, PULSE, RESP, SpO2\n0,60,60,15,98\n1,NaN,60,15,98\n2,64,60,15,98\n';
  const breaths = 'breaths ann1 [signal sample no], breaths ann2 [signal sample no]\n0,0\n125,125\n250,NaN\n';
  const signals = (header: string) =>
    gzipSync(
      `${header}\n${Array.from({ length: 250 }, (_, i) => `${String(i / 125)},${String(i % 7)},${String(i)}`).join('\n')}\n`,
    );

  test('finds PLETH by its name, whatever the order of signals, at 30 Hz and darker with more blood', async () => {
    await write('bidmc_02_Numerics.csv', numerics);
    await write('bidmc_02_Breaths.csv', breaths);
    await write('bidmc_02_Signals.csv.gz', signals('Time [s], ABP, PLETH'));
    const [{ subject, trace, heartRate, annotators }] = await collect(readBidmc(folder));
    expect(subject).toBe('bidmc_02');
    expect(trace?.timesMs).toHaveLength(60);
    expect(trace?.timesMs[3]).toBeCloseTo(100, 9);
    const green = [...(trace?.skin.green ?? [])];
    expect(green).toEqual(green.toSorted((a, b) => b - a));
    expect(green[0] - green[59]).toBeGreaterThan(60);
    expect(heartRate.meanRate(0, 2000)).toBe(62);
    expect(annotators.map((annotator) => annotator.meanRate(0, 2000))).toEqual([60, null]);
  });

  test('gives a record without PLETH as one without a trace', async () => {
    await write('bidmc_04_Numerics.csv', numerics);
    await write('bidmc_04_Breaths.csv', breaths);
    await write('bidmc_04_Signals.csv.gz', signals('Time [s], RESP, II'));
    expect((await collect(readBidmc(folder)))[0].trace).toBeNull();
  });

  test('refuses signals that are not what their name says', async () => {
    await write('bidmc_06_Numerics.csv', numerics);
    await write('bidmc_06_Breaths.csv', breaths);
    await write('bidmc_06_Signals.csv.gz', 'no gzip');
    await expect(collect(readBidmc(folder))).rejects.toThrow('no readable gzip');
  });
});

describe('UBFC-rPPG', () => {
  test('has its first part’s rate in the second column, at times in ms', () => {
    const rate = parseGtDump('0,61,98,0.5\n1000,63,98,0.7\n2000,65,98,0.2\n', 'gtdump.xmp');
    expect(rate.meanRate(0, 2000)).toBe(63);
  });

  test('has its second part’s rate in the second line, at times in s', () => {
    const text = '  5.1e-01 4.0e-01 3.0e-01\n  6.1e+01 6.3e+01 6.5e+01\n  0.0e+00 1.0e+00 2.0e+00\n';
    expect(parseGroundTruth(text, 'ground_truth.txt').meanRate(0, 2000)).toBe(63);
  });

  test('refuses a reference of another form', () => {
    expect(() => parseGroundTruth('1 2 3\n4 5\n', 'ground_truth.txt')).toThrow('three lines');
    expect(() => parseGtDump('0,61\n', 'gtdump.xmp')).toThrow(RecordingError);
  });

  test('names its subjects by part and folder', async () => {
    await write('DATASET_1/5-gt/gtdump.xmp', '0,61,98,0.5\n1000,63,98,0.7\n');
    await write('DATASET_2/subject1/ground_truth.txt', '1 2\n61 63\n0 1\n');
    const videos = await collect(readUbfc(folder));
    expect(videos.map(({ subject }) => subject)).toEqual(['DATASET_1/5-gt', 'DATASET_2/subject1']);
  });
});
