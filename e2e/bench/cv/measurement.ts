import { setTimeout as sleep } from 'node:timers/promises';
import {
  byPart,
  cpuSeconds,
  family,
  proportionalBytes,
  residentBytes,
  sum,
} from '../../support/process-usage.ts';
import { machineTime } from '../../load/machine.ts';
import { readMetrics, slope } from '../../support/metrics.ts';
import type { BenchPatient, LoopedWard } from './ward.ts';

const SAMPLE_INTERVAL_MS = 5000;

/** What was found over the time of a measurement. */
export type Measurement = {
  seconds: number;
  /** Cores by part of Haven; the generator apart. */
  cores: Map<string, number>;
  generatorCores: number;
  /** Of the whole machine, 0–1. */
  machineShare: number;
  /** Proportional memory by part, bytes. */
  memory: Map<string, number>;
  framesAnalysed: number;
  framesDropped: number;
  /** Streams whose frame rate was reduced: the most, and at the end. */
  reduced: { most: number; last: number };
  /** From a frame's arrival at the CV worker to its vitals at a viewer, ms. */
  latencies: number[];
  /** A minute: heap of the analysis threads, bytes; memory of CV worker and server, bytes; tensors. */
  slopes: { heap: number; cvWorker: number; server: number; tensors: number };
  tensors: number;
  faces: FaceFigures[];
};
export type FaceFigures = {
  face: number;
  measured: number;
  held: number;
  withheld: number;
  errors: number[];
};

type Sample = { x: number; heap: number; tensors: number; cvWorker: number; server: number; reduced: number };

/** Watches a ward for a while. */
export async function measure(ward: LoopedWard, seconds: number): Promise<Measurement> {
  const members = () => family(ward.server.program.pid);
  const before = new Map(members().map(({ pid }) => [pid, cpuSeconds(pid)]));
  const generatorSeconds = () => sum(ward.generatorPids.map((pid) => cpuSeconds(pid) ?? 0));
  const generatorBefore = generatorSeconds();
  const metricsBefore = await readMetrics(ward.server);
  const machineBefore = machineTime();
  const startedAt = Date.now();
  const samples: Sample[] = [];
  while (Date.now() - startedAt < 1000 * seconds) {
    await sleep(Math.min(SAMPLE_INTERVAL_MS, 1000 * seconds - (Date.now() - startedAt)));
    samples.push(await sampleOf(ward, (Date.now() - startedAt) / 60_000));
  }
  const elapsed = (Date.now() - startedAt) / 1000;
  const machine = machineTime();
  const metrics = await readMetrics(ward.server);
  const grown = (name: string) => (metrics.get(name) ?? 0) - (metricsBefore.get(name) ?? 0);
  // A process that began meanwhile used all of its time meanwhile.
  const cores = byPart(members(), (pid) => {
    const end = cpuSeconds(pid);
    return end === undefined ? undefined : (end - (before.get(pid) ?? 0)) / elapsed;
  });
  const messages = ward.monitor.vitals.filter(({ receivedAt }) => receivedAt >= startedAt);
  const line = (read: (sample: Sample) => number) =>
    slope(samples.map((sample) => ({ x: sample.x, y: read(sample) })));
  return {
    seconds: elapsed,
    cores,
    generatorCores: (generatorSeconds() - generatorBefore) / elapsed,
    machineShare: (machine.busy - machineBefore.busy) / (machine.total - machineBefore.total),
    memory: byPart(members(), proportionalBytes),
    framesAnalysed: grown('haven_frames_analysed_total'),
    framesDropped: grown('haven_frames_dropped_total'),
    reduced: { most: Math.max(...samples.map(({ reduced }) => reduced)), last: samples.at(-1)?.reduced ?? 0 },
    latencies: messages.map(({ receivedAt, at }) => receivedAt - at),
    slopes: {
      heap: line(({ heap }) => heap),
      cvWorker: line(({ cvWorker }) => cvWorker),
      server: line(({ server }) => server),
      tensors: line(({ tensors }) => tensors),
    },
    tensors: samples.at(-1)?.tensors ?? 0,
    faces: figuresByFace(ward.patients, messages),
  };
}

async function sampleOf(ward: LoopedWard, x: number): Promise<Sample> {
  const metrics = await readMetrics(ward.server);
  const resident = byPart(family(ward.server.program.pid), residentBytes);
  return {
    x,
    heap: metrics.get('haven_cv_heap_bytes') ?? 0,
    tensors: metrics.get('haven_cv_tensors') ?? 0,
    cvWorker: resident.get('CV worker') ?? 0,
    server: resident.get('server') ?? 0,
    reduced: metrics.get('haven_cv_reduced_streams') ?? 0,
  };
}

function figuresByFace(
  patients: readonly BenchPatient[],
  messages: LoopedWard['monitor']['vitals'],
): FaceFigures[] {
  const byFace = new Map<number, FaceFigures>();
  const known = new Map(patients.map((patient) => [patient.patientId, patient]));
  for (const { patientId, vitals } of messages) {
    const patient = known.get(patientId);
    const pulse = vitals.find(({ name }) => name === 'pulse');
    if (patient === undefined || pulse === undefined) continue;
    const { face } = patient;
    const figures = byFace.get(face) ?? { face, measured: 0, held: 0, withheld: 0, errors: [] };
    byFace.set(face, figures);
    figures[pulse.state] += 1;
    if (pulse.value !== null) figures.errors.push(Math.abs(pulse.value - patient.pulse));
  }
  return [...byFace.values()].sort((a, b) => b.face - a.face);
}
