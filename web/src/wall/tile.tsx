import type { Alert, AlertPriority, AlertRule, Source } from '@haven/protocol';
import { useCallback, useRef, type KeyboardEvent } from 'react';
import { alertWords, bedWords, leadingAlert, PRIORITY_WORDS } from '../core/alert-view.ts';
import type { Clock } from '../core/clock.ts';
import { viewInterval, viewQuality, type VitalView } from '../core/freshness.ts';
import { viewPatientVitals } from '../core/patient-vitals.ts';
import { viewPicture } from '../core/picture.ts';
import type { PatientState } from '../core/wall-state.ts';
import type { Moment } from '../core/alarm-channel.ts';
import type { WaveformTrace } from '../core/waveform-trace.ts';
import type { Delivery } from '../media/delivery.ts';
import { testIds } from '../test-ids.ts';
import { AlertSymbol } from './alert-symbol.tsx';
import { BedAlarmsOff } from './bed-alarms-off.tsx';
import type { Frames } from './frame-watch.ts';
import { Picture } from './picture.tsx';
import priority from './priority.module.css';
import { BreathingRow, PulsePanel } from './pulse-panel.tsx';
import { TileMarks } from './tile-marks.tsx';
import type { TileViews } from './tile-views.ts';
import styles from './tile.module.css';
import { useFrames } from './use-frames.ts';
import { useTileView } from './use-tile-views.ts';
import { WaveformCanvas } from './waveform-canvas.tsx';

const SOURCE_BADGES: Readonly<Record<Source, string | null>> = {
  synthetic: 'SIMULATED',
  file: 'FILE',
  camera: null,
};

/** Alerts that say that nobody is there. */
const ABSENCE_RULES: ReadonlySet<AlertRule> = new Set(['absent', 'bed-exit']);

export type TileProps = {
  state: PatientState;
  /** The patient's alerts on screen. */
  alerts: readonly Alert[];
  moment: Moment;
  /** Signalling works: values are being kept up to date. */
  connected: boolean;
  track: MediaStreamTrack | null;
  /** What the SFU sends of the stream; null while there is no consumer. */
  delivery: Delivery | null;
  /** Watches how much of the picture is seen. */
  views: TileViews;
  trace: WaveformTrace;
  now: Clock;
  focused: boolean;
  /** Who talks with the patient now. */
  talker: string | null;
  onToggle: () => void;
  /** Asks for the patient's trends, alerts and limits. */
  onDetails: () => void;
  onKey: (event: KeyboardEvent) => void;
  /** The track of this stream is attached. */
  onShown: (streamId: string) => void;
};

export function Tile(props: TileProps) {
  const { state, alerts, moment, track, focused, onShown } = props;
  const { patient, stream } = state;
  const streamId = stream?.streamId;
  const video = useRef<HTMLVideoElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const shown = useCallback(() => {
    if (streamId !== undefined) onShown(streamId);
  }, [streamId, onShown]);
  useTileView(props.views, video, streamId);
  const frames = useFrames(video, still, track, props.now, moment.now, shown, stream?.privacy != null);
  const picture = viewPicture({
    stream,
    lastFrameAt: frames.lastFrameAt,
    waitingSince: state.streamSince,
    delivery: props.delivery,
    now: moment.now,
    serverNow: moment.serverNow,
  });
  const vitals = viewPatientVitals(state, moment, props.connected);
  const { pulse, breathing } = vitals;
  const leading = leadingAlert(alerts);
  const badge = stream === null ? null : SOURCE_BADGES[stream.source];
  return (
    <article
      className={styles.tile}
      aria-label={`${bedWords(patient.bed)}, ${patient.name}`}
      data-testid={testIds.tile(patient.id)}
      data-alert={leading?.priority ?? 'none'}
      data-acknowledged={leading !== null && leading.acknowledgement !== null}
      data-picture={picture.state}
      data-reached={state.reached}
      data-sending={props.delivery?.sending ?? 'nothing'}
      data-frame-width={frames.width}
      data-frame-height={frames.height}
      data-focused={focused}
    >
      <header className={styles.header}>
        <h2 className={styles.name}>
          <strong>{bedWords(patient.bed)}</strong> {patient.name}
        </h2>
        {badge !== null && (
          <span className={styles.badge} data-testid={testIds.sourceBadge}>
            {badge}
          </span>
        )}
        <span className={styles.id}>{patient.id}</span>
      </header>
      {!state.reached && <BedAlarmsOff />}
      {leading !== null && (
        <p
          className={`${styles.alert} ${priority.priority}`}
          data-priority={leading.priority}
          data-acknowledged={leading.acknowledgement !== null}
          data-testid={testIds.tileAlert}
        >
          <AlertSymbol priority={leading.priority} />
          <span className={styles.alertWords}>
            {PRIORITY_WORDS[leading.priority]}: {alertWords(leading)}
            {leading.acknowledgement !== null && ' ✓ acknowledged'}
          </span>
        </p>
      )}
      <div className={styles.body}>
        <div className={styles.picture}>
          <Picture video={video} still={still} held={frames.held} view={picture} />
          <TileMarks
            mode={patient.analysisMode}
            talker={props.talker}
            vitals={vitals}
            link={stream?.privacy === null ? stream.quality : null}
            absenceAlerted={alerts.some(({ rule }) => ABSENCE_RULES.has(rule))}
          />
        </div>
        <div className={styles.values}>
          <PulsePanel pulse={pulse} alarming={alarmingPulse(alerts)} />
          <WaveformCanvas
            className={styles.waveform}
            trace={props.trace}
            now={props.now}
            held={pulse.state !== 'live'}
          />
          {breathing !== null && (
            <div className={styles.breathing}>
              <BreathingRow breathing={breathing} />
            </div>
          )}
        </div>
      </div>
      <button
        type="button"
        className={styles.focus}
        aria-pressed={focused}
        aria-label={`${focused ? 'Shrink' : 'Enlarge'} ${bedWords(patient.bed)}, ${patient.name}`}
        title={tooltip(pulse, frames)}
        data-testid={testIds.tileFocus}
        onClick={props.onToggle}
        onKeyDown={props.onKey}
      />
      <button
        type="button"
        className={styles.details}
        aria-label={`Details of ${bedWords(patient.bed)}, ${patient.name}: trends, limits, alerts`}
        data-testid={testIds.tileDetails}
        onClick={props.onDetails}
      >
        <span className={styles.detailsWord}>Details</span>
        <span className={styles.detailsMark} aria-hidden="true">
          ⋯
        </span>
      </button>
    </article>
  );
}

/** How the pulse was measured, and the size of the picture: `Pulse ± 4 by POS, within 5/min in 93 of 100 cases; picture 640×480`. */
function tooltip(pulse: VitalView, { width, height }: Frames): string {
  const measured =
    pulse.state === 'withheld'
      ? []
      : [
          `Pulse${offWords(pulse)} by ${pulse.method}, within 5/min in ${viewQuality(pulse.quality).percent} of 100 cases`,
        ];
  return [...measured, ...(width === 0 ? [] : [`picture ${width}×${height}`])].join('; ');
}

function offWords(pulse: VitalView): string {
  const off = viewInterval(pulse);
  return off === null ? '' : ` ± ${off}`;
}

function alarmingPulse(alerts: readonly Alert[]): AlertPriority | null {
  const ofPulse = alerts.filter(
    ({ rule, condition }) => rule.startsWith('pulse-') && condition === 'present',
  );
  return leadingAlert(ofPulse)?.priority ?? null;
}
