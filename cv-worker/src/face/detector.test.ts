import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { memory } from '@tensorflow/tfjs-core';
import type { Frame } from '../frame.ts';
import { openFile } from '../tap/decoder.ts';
import { writeSyntheticClip } from '../testing/clips.ts';
import { parseTensorBackend, startTensorBackend } from './backend.ts';
import { TensorFaceDetector } from './detector.ts';

let directory: string;
let detector: TensorFaceDetector;
let patient: Frame;

async function firstFrame(path: string): Promise<Frame> {
  for await (const frame of openFile(path)) return frame;
  throw new Error(`${path} has no frame.`);
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'haven-detector-'));
  detector = await TensorFaceDetector.load('wasm');
  const clip = join(directory, 'patient.mkv');
  await writeSyntheticClip(clip, 'tone=medium,seed=3', 0.2);
  patient = await firstFrame(clip);
}, 120_000);
afterAll(() => {
  detector.close();
  rmSync(directory, { recursive: true });
});

describe('the face detector', () => {
  test('finds one face in a patient’s picture and fits a mesh into it', () => {
    const faces = detector.detect(patient);
    expect(faces).toHaveLength(1);
    const mesh = detector.fitMesh(patient, faces[0].box);
    expect(mesh?.confidence).toBeGreaterThan(0.9);
    const box = mesh?.box ?? { x: 0, y: 0, width: 0, height: 0 };
    expect(box.width).toBeGreaterThan(50);
    expect(Math.abs(box.x + box.width / 2 - 160)).toBeLessThan(60);
  });

  test('fits no mesh where there is no face', () => {
    expect(detector.fitMesh(patient, { x: 5, y: 5, width: 50, height: 50 })).toBeNull();
    const grey: Frame = { ...patient, pixels: new Uint8Array(patient.pixels.length).fill(120) };
    const confirmed = detector.detect(grey).filter(({ box }) => detector.fitMesh(grey, box) !== null);
    expect(confirmed).toEqual([]);
  });

  test('keeps no tensors', () => {
    const [face] = detector.detect(patient);
    detector.fitMesh(patient, face.box);
    const before = memory().numTensors;
    for (let i = 0; i < 3; i++) detector.fitMesh(patient, detector.detect(patient)[0].box);
    expect(memory().numTensors).toBe(before);
  });
});

describe('the tensor backend', () => {
  test('is wasm unless set', () => {
    expect(parseTensorBackend(undefined)).toBe('wasm');
    expect(parseTensorBackend('node')).toBe('node');
  });

  test('is refused by a sentence when unknown or not installed', async () => {
    expect(() => parseTensorBackend('gpu')).toThrow('HAVEN_TFJS_BACKEND must be one of wasm, node.');
    await expect(startTensorBackend('node')).rejects.toThrow('needs the package @tensorflow/tfjs-node');
  });
});
