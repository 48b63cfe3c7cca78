import type { PublicSettings } from '@haven/protocol';
import { useEffect, useRef, useState, type SyntheticEvent } from 'react';
import { testIds } from '../test-ids.ts';
import controls from '../ui/controls.module.css';
import { Disclaimer } from '../ui/disclaimer.tsx';
import { announcedAddressAdvice, secureContextAdvice } from '../ui/installer-advice.ts';
import { listCameras } from './camera.ts';
import { keepDeviceSettings, readDeviceSettings } from './device-token.ts';
import styles from './publish-page.module.css';
import { PrivacyButtons, PrivacySign, TalkSign } from './bedside-signs.tsx';
import { publishWords } from './publish-words.ts';
import { usePictureAdvice } from './use-picture-advice.ts';
import { usePublisher } from './use-publisher.ts';

/** Makes this browser a patient's device. */
export function PublishPage({ settings }: { settings: PublicSettings | null }) {
  const [initial] = useState(readDeviceSettings);
  const [token, setToken] = useState(initial.token);
  const [patientId, setPatientId] = useState(initial.patientId);
  const [cameraId, setCameraId] = useState('');
  const [mayTalk, setMayTalk] = useState(true);
  const { state, track, privacy, talk, start, stop, pausePicture, resumePicture, endTalk } = usePublisher();
  const cameras = useCameras(track);
  const video = usePreview(track);
  const advice = usePictureAdvice(video, track !== null);
  const running = state.kind !== 'idle' && state.kind !== 'ended';
  const noCamera = secureContextAdvice(window.isSecureContext, location.hostname);
  const noAddress = announcedAddressAdvice(settings, location.hostname);

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const given = { token: token.trim(), patientId: patientId.trim() };
    keepDeviceSettings(given);
    void start(given, cameraId, mayTalk);
  };

  return (
    <main className={controls.page}>
      <form className={styles.card} onSubmit={submit}>
        <h1>Publish a patient’s camera</h1>
        {noCamera !== null && (
          <p className={controls.error} role="alert">
            {noCamera}
          </p>
        )}
        {noAddress !== null && <p className={controls.notice}>{noAddress}</p>}
        {talk !== null && <TalkSign talk={talk} onEnd={endTalk} />}
        {privacy !== null && <PrivacySign running={privacy} onPause={pausePicture} onEnd={resumePicture} />}
        <div className={styles.preview} data-on={track !== null}>
          <video ref={video} className={styles.video} muted playsInline autoPlay />
          <span className={styles.guide} aria-hidden="true" />
        </div>
        <p className={styles.state} role="status" data-state={state.kind} data-testid={testIds.publishState}>
          {publishWords(state, privacy !== null)}
        </p>
        {track !== null && (
          <div aria-live="polite" data-testid={testIds.publishAdvice}>
            {advice.map((sentence) => (
              <p key={sentence} className={controls.notice}>
                {sentence}
              </p>
            ))}
            <p className={controls.soft}>
              The face belongs inside the oval, lit evenly from the front. Rest the camera on something firm.
            </p>
          </div>
        )}
        {running && privacy === null && <PrivacyButtons onPause={pausePicture} />}
        <label className={controls.field}>
          Device token
          <input
            className={controls.input}
            type="password"
            autoComplete="off"
            required
            maxLength={4096}
            disabled={running}
            value={token}
            onChange={(event) => setToken(event.target.value)}
            data-testid={testIds.publishToken}
          />
          <span className={controls.soft}>Printed once by npm run admin -- device add PATIENT</span>
        </label>
        <label className={controls.field}>
          Patient’s id
          <input
            className={controls.input}
            autoComplete="off"
            autoCapitalize="characters"
            required
            maxLength={32}
            pattern={settings?.patientIdPattern.replace(/^\^|\$$/g, '')}
            title="The patient’s id as the wall shows it, such as P-101"
            disabled={running}
            value={patientId}
            onChange={(event) => setPatientId(event.target.value)}
            data-testid={testIds.publishPatient}
          />
        </label>
        <label className={controls.field}>
          Camera
          <select
            className={controls.input}
            disabled={running}
            value={cameraId}
            onChange={(event) => setCameraId(event.target.value)}
            data-testid={testIds.publishCamera}
          >
            <option value="">The browser’s choice</option>
            {cameras.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label className={styles.option}>
          <input
            type="checkbox"
            checked={mayTalk}
            disabled={running}
            onChange={(event) => setMayTalk(event.target.checked)}
          />
          <span>
            Clinicians may talk with the patient here
            <span className={controls.soft}>
              {' '}
              – the microphone opens for a talk only, after a tone and with a sign on this screen
            </span>
          </span>
        </label>
        {running ? (
          <button
            key="stop"
            type="button"
            className={controls.button}
            onClick={stop}
            data-testid={testIds.publishStop}
          >
            Stop
          </button>
        ) : (
          <button
            key="start"
            type="submit"
            className={controls.primary}
            disabled={noCamera !== null}
            data-testid={testIds.publishStart}
          >
            Start
          </button>
        )}
      </form>
      <Disclaimer className={controls.soft} />
    </main>
  );
}

function usePreview(track: MediaStreamTrack | null) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current === null) return;
    video.current.srcObject = track === null ? null : new MediaStream([track]);
  }, [track]);
  return video;
}

/** The cameras, asked for again when one is plugged in or the first is allowed. */
function useCameras(track: MediaStreamTrack | null): readonly { id: string; name: string }[] {
  const [cameras, setCameras] = useState<readonly { id: string; name: string }[]>([]);
  useEffect(() => {
    if (!('mediaDevices' in navigator)) return;
    let closed = false;
    const list = async () => {
      const found = await listCameras();
      if (!closed) setCameras(found);
    };
    // Without a list the browser's own choice remains.
    const refresh = () => void list().catch(() => undefined);
    refresh();
    navigator.mediaDevices.addEventListener('devicechange', refresh);
    return () => {
      closed = true;
      navigator.mediaDevices.removeEventListener('devicechange', refresh);
    };
  }, [track]);
  return cameras;
}
