/**
 * The wall in all its states without a server, for `vite dev` only: `/src/testing/gallery.html#room`, where the
 * fragment names a scene: `room`, `calm`, `off`, `many`, `fifty`, `focus`, `paused`, `locked`, `patient`, `modes`, `privacy`, `talk`,
 * `stills`, `slow`, `busy`, `refusing`, `draining`, `unreached`, `unreached-locked`.
 */
import '../ui/global.css';
import { WAVEFORM_RATE_HZ, type Alert, type AnalysisMode, type Privacy, type Vital } from '@haven/protocol';
import { createRoot } from 'react-dom/client';
import { steadyNow } from '../core/clock.ts';
import { Store } from '../core/store.ts';
import { EMPTY_WALL, NOTHING_EARLY, withAlert, withSnapshot } from '../core/wall-state.ts';
import type { AlarmChannel, Moment } from '../core/alarm-channel.ts';
import type { TalkState } from '../talk/talk-desk.ts';
import { WaveformTrace } from '../core/waveform-trace.ts';
import { WallView, type WallViewProps } from '../wall/wall-view.tsx';
import { mediaScene } from './gallery-media.ts';
import { galleryRequest } from './gallery-records.ts';
import { aPatient, aPause, aPulse, aSnapshot, aStream, anAlert, someVitals, uuid } from './fixtures.ts';

const scene = location.hash.slice(1);
const started = steadyNow();

type Entry = {
  name: string;
  vitals: Vital[] | null;
  source?: 'synthetic' | 'file';
  moving: boolean;
  analysisMode?: AnalysisMode;
  reducedFrameRate?: number;
};
const breathing = aPulse({ name: 'breathing', value: 14, method: 'flow' });
const at = (ago: number) => Math.round(started - ago);
const ALL: Entry[] = [
  {
    name: 'Anna Berg',
    vitals: [
      aPulse({ value: 141, measuredAt: at(0), interval: { low: 137.2, high: 144.9 } }),
      { ...breathing, measuredAt: at(0), interval: { low: 12.4, high: 15.8 } },
      aPulse({ name: 'presence', unit: '1', value: 1, method: 'face', measuredAt: at(0) }),
      aPulse({ name: 'sdnn', unit: 'ms', value: 42, windowMs: 60_000, measuredAt: at(0) }),
      aPulse({
        ...{ name: 'rmssd', unit: 'ms', state: 'withheld', value: null },
        ...{ reason: 'irregular', measuredAt: null },
      }),
    ],
    source: 'synthetic',
    moving: true,
  },
  {
    name: 'Bruno Castellanos-Wolff',
    vitals: [aPulse({ value: 72, quality: 0.8, state: 'held', measuredAt: at(7000) })],
    source: 'synthetic',
    moving: true,
  },
  {
    name: 'Carla Dietz',
    vitals: [aPulse({ state: 'withheld', value: null, reason: 'moving', measuredAt: null })],
    moving: true,
  },
  { name: 'Derya Ekinci', vitals: null, moving: false },
];
const CALM: Entry[] = [55, 72, 96, 128].map((value, index) => ({
  name: ['Anna Berg', 'Bruno Castellanos', 'Carla Dietz', 'Derya Ekinci'][index] ?? '',
  vitals: [
    aPulse({ value, measuredAt: at(0), interval: { low: value - 3.2, high: value + 2.9 } }),
    { ...breathing, measuredAt: at(0) },
  ],
  source: 'synthetic',
  moving: true,
}));
const MANY: Entry[] = Array.from({ length: 12 }, (_, index) => CALM[index % 4]!);
const nobody = aPulse({ name: 'presence', unit: '1', value: 0, method: 'body', measuredAt: at(0) });
const MODES: Entry[] = CALM.flatMap((entry, index): Entry[] => [
  { ...entry, analysisMode: (['vitals', 'presence', 'off', 'both'] as const)[index] ?? 'both' },
  { ...entry, vitals: [...(entry.vitals ?? []), nobody], reducedFrameRate: 7.5 },
  {
    ...entry,
    vitals: [aPulse({ state: 'withheld', value: null, reason: 'no-face', measuredAt: null }), nobody],
    ...{ analysisMode: 'vitals', reducedFrameRate: 7.5 },
  },
]);
const FIFTY: Entry[] = Array.from({ length: 50 }, (_, index) => CALM[index % 4]!);
const SCENES: Readonly<Record<string, Entry[]>> = {
  ...{ many: MANY, fifty: FIFTY, calm: CALM, focus: CALM, modes: MODES },
  ...{ privacy: CALM, talk: CALM },
  ...{ unreached: MANY, 'unreached-locked': CALM },
  ...{ stills: MANY, slow: MANY, busy: MANY, refusing: MANY, draining: CALM },
};
const { tiles, link, load } = mediaScene(scene);
const tileOf = (index: number) => tiles[index % tiles.length] ?? mediaScene('').tiles[0]!;
const entries = SCENES[scene] ?? ALL;

const idOf = (index: number) => `P-${101 + index}`;
const pause = aPause({ at: at(20_000), until: at(-100_000) });
const alerts: Alert[] =
  scene === 'calm'
    ? []
    : [
        anAlert({ source: 'synthetic', silence: scene === 'paused' ? pause : null }),
        anAlert({
          id: uuid(901),
          patientId: 'P-102',
          rule: 'pulse-low',
          priority: 'medium',
          value: 44,
          limit: 50,
          source: 'synthetic',
          acknowledgement: {
            userId: uuid(7),
            userName: 'Nurse Joy',
            at: at(60_000),
            reason: 'Known for this patient',
          },
        }),
        anAlert({
          id: uuid(902),
          patientId: 'P-104',
          rule: 'signal-lost',
          priority: 'technical',
          value: null,
          limit: null,
        }),
      ];

const PRIVACY: Privacy = {
  ...{ reason: 'personal-care', by: 'bedside' },
  ...{ since: at(180_000), until: at(-12 * 60_000 + 5000) },
};

function snapshot() {
  return aSnapshot({
    patients: entries.map(({ name, analysisMode = 'both' }, index) =>
      aPatient({ id: idOf(index), name, bed: `${index + 1}`, analysisMode }),
    ),
    streams: entries.flatMap(({ vitals, source }, index) =>
      vitals === null
        ? []
        : [
            aStream({
              ...{ streamId: uuid(index), patientId: idOf(index), source: source ?? 'camera' },
              privacy: index === 0 && scene === 'privacy' ? PRIVACY : null,
              talk: scene === 'privacy' || scene === 'talk',
              ...{ quality: tileOf(index).quality ?? 'good', conditions: tileOf(index).conditions ?? [] },
            }),
          ],
    ),
    vitals: entries.flatMap(({ vitals, reducedFrameRate }, index) =>
      vitals === null
        ? []
        : [someVitals(vitals, { patientId: idOf(index), streamId: uuid(index), reducedFrameRate })],
    ),
    load,
    unreached: scene.startsWith('unreached') ? ['P-101', 'P-103', 'P-104'] : [],
    talks: scene === 'talk' ? [{ patientId: 'P-102', clinician: 'Dr Bo Night' }] : [],
  });
}

/** How long pictures move that stand still afterwards, ms. */
const MOVING_MS = 2500;

/** A picture that moves, for a while or for ever: a disc for a face. */
function movingTrack(hue: number, stops: boolean): MediaStreamTrack {
  const canvas = document.createElement('canvas');
  canvas.width = 320;
  canvas.height = 240;
  const context = canvas.getContext('2d');
  setInterval(() => {
    if (context === null || (stops && steadyNow() > started + MOVING_MS)) return;
    context.fillStyle = `hsl(${hue} 30% 25%)`;
    context.fillRect(0, 0, 320, 240);
    context.fillStyle = `hsl(${hue} 45% 60%)`;
    context.beginPath();
    context.ellipse(160 + 4 * Math.sin(steadyNow() / 700), 120, 55, 75, 0, 0, 2 * Math.PI);
    context.fill();
  }, 66);
  return canvas.captureStream(15).getVideoTracks()[0]!;
}

const tracks = new Map(
  entries.flatMap(({ moving }, index) =>
    moving ? [[uuid(index), movingTrack(index * 40, tileOf(index).sending !== 'live')] as const] : [],
  ),
);
const deliveries = new Map(
  entries.map((_, index) => [
    uuid(index),
    { sending: tileOf(index).sending, because: tileOf(index).because, since: started },
  ]),
);
const traces = new Map<string, WaveformTrace>();
function traceOf(patientId: string): WaveformTrace {
  const trace = traces.get(patientId) ?? new WaveformTrace();
  traces.set(patientId, trace);
  return trace;
}
function wave(index: number, from: number): (number | null)[] {
  const rate = entries[index]?.vitals?.[0]?.value ?? null;
  return Array.from({ length: WAVEFORM_RATE_HZ }, (_, sample) => {
    if (rate === null) return null;
    const phase = (((from / 1000 + sample / WAVEFORM_RATE_HZ) * rate) / 60) % 1;
    return (
      2.4 * Math.exp(-(((phase - 0.2) / 0.1) ** 2)) + 0.9 * Math.exp(-(((phase - 0.5) / 0.13) ** 2)) - 0.9
    );
  });
}

const state = new Store(withSnapshot(EMPTY_WALL, snapshot(), NOTHING_EARLY, started));
if (scene === 'paused') state.update((wall) => ({ ...wall, soundPause: pause }));
for (const alert of alerts) state.update((wall) => withAlert(wall, alert));
const moment = new Store<Moment>({ now: started, serverNow: started });
const focused = new Store<string | null>(scene === 'focus' ? 'P-102' : null);
let sentUntil = Math.floor(started);
setInterval(() => {
  moment.set({ now: steadyNow(), serverNow: started });
  if (steadyNow() < sentUntil) return;
  entries.forEach((_, index) => {
    traceOf(idOf(index)).add(
      { patientId: idOf(index), streamId: uuid(index), startAt: sentUntil, samples: wave(index, sentUntil) },
      steadyNow(),
    );
  });
  sentUntil += 1000;
  if (scene in SCENES)
    state.set(
      withSnapshot(state.get(), snapshot(), { ...NOTHING_EARLY, alerts: state.get().alerts }, steadyNow()),
    );
}, 250);

const noServer = () => Promise.reject(new Error('the gallery has no server'));
const wall: WallViewProps['wall'] = {
  state,
  moment,
  alarms: new Store<AlarmChannel>(scene === 'off' ? 'off' : 'on'),
  problem: new Store<string | null>(
    scene === 'off' ? 'Haven does not answer. Check the network, and that Haven is running.' : null,
  ),
  focused,
  media: {
    tracks: new Store(tracks),
    deliveries: new Store(deliveries),
    link: new Store(link),
    shown: () => undefined,
    view: () => undefined,
  },
  trace: traceOf,
  now: steadyNow,
  focus: (patientId) => focused.set(patientId),
  locked: new Store(scene.endsWith('locked')),
  actions: {
    acknowledge: noServer,
    silence: noServer,
    pause: noServer,
    resume: noServer,
  },
  joinRoom: () => undefined,
  bedside: { pausePicture: noServer, resumePicture: noServer },
};

/** With the first patient's panel open. */
const PANEL_SCENES: ReadonlySet<string> = new Set(['patient', 'privacy', 'talk']);

createRoot(document.body.querySelector('#root')!).render(
  <WallView
    wall={wall}
    talk={{
      state: new Store<TalkState>(
        scene === 'talk'
          ? { kind: 'open', patientId: 'P-101', speaking: true, heard: true, until: Date.now() + 180_000 }
          : { kind: 'idle', problem: null },
      ),
      press: () => undefined,
      release: () => undefined,
      end: () => undefined,
    }}
    sound={{ blocked: new Store(scene === 'off'), unblock: () => undefined }}
    settings={{ protocol: 2, demo: true, announcedAddress: null, patientIdPattern: '^P-\\d{3}$' }}
    userName="Dr Ada Clinician"
    rights={[
      'alert:acknowledge',
      'alert:silence',
      'alarm:pause',
      'limits:change',
      'analysis:change',
      'privacy:change',
      'talk:start',
    ]}
    request={galleryRequest}
    patientId={PANEL_SCENES.has(scene) ? 'P-101' : null}
    onPatient={() => undefined}
    onSignOut={() => undefined}
  />,
);
