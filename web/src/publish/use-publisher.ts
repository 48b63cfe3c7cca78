import { DEVICE_NAMESPACE, deviceRequests, type PrivacyReason } from '@haven/protocol';
import { Device } from 'mediasoup-client';
import { useEffect, useRef, useState } from 'react';
import { steadyNow } from '../core/clock.ts';
import { Connection } from '../core/connection.ts';
import { Store, type Readable } from '../core/store.ts';
import { useStore } from '../core/use-store.ts';
import { BedsideTalk, type BedsideTalkState } from '../talk/bedside-talk.ts';
import { Chime } from '../talk/chime.ts';
import { Loudspeaker } from '../talk/loudspeaker.ts';
import { mayHear, openMicrophone } from '../talk/microphone.ts';
import { readKept, type RunningPrivacy } from './bedside-privacy.ts';
import { cameraProblem } from './camera.ts';
import type { DeviceSettings } from './device-token.ts';
import { PatientCamera } from './patient-camera.ts';
import type { PublishState } from './publish-words.ts';
import { Publisher, type DeviceConnection } from './publisher.ts';
import { keepAwake } from './wake-lock.ts';

type Publishing = {
  state: PublishState;
  /** The camera's video while it is open. */
  track: MediaStreamTrack | null;
  /** The pause of the picture, while one runs. */
  privacy: RunningPrivacy | null;
  /** The clinician who talks with the patient. */
  talk: BedsideTalkState;
  start: (settings: DeviceSettings, cameraId: string, talk: boolean) => Promise<void>;
  stop: () => void;
  pausePicture: (reason: PrivacyReason, minutes: number) => void;
  resumePicture: () => void;
  endTalk: () => void;
};

type Running = { publisher: Publisher; talk: BedsideTalk; close: () => void };

const IDLE: PublishState = { kind: 'idle' };

/** A camera and its publisher, from a click on start to a click on stop. */
export function usePublisher(): Publishing {
  const [stores] = useState(() => ({
    state: new Store<PublishState>(IDLE),
    track: new Store<MediaStreamTrack | null>(null),
    privacy: new Store<RunningPrivacy | null>(null),
    talk: new Store<BedsideTalkState>(null),
  }));
  const { state } = stores;
  const running = useRef<Running | null>(null);
  /** Of the start that is under way: none, or another one's, when that was stopped meanwhile. */
  const opening = useRef<PatientCamera | null>(null);
  const end = () => {
    opening.current?.close();
    opening.current = null;
    running.current?.close();
  };
  useEffect(() => end, []);

  const start = async (settings: DeviceSettings, cameraId: string, talk: boolean) => {
    end();
    state.set({ kind: 'connecting', error: null });
    const camera = new PatientCamera(cameraId);
    opening.current = camera;
    let mayTalk: boolean;
    try {
      // A pause outlives a reload of the page: the camera stays closed until it is over.
      if (readKept(sessionStorage) === null) await camera.open();
      mayTalk = talk && (await mayHear());
    } catch (error) {
      if (opening.current === camera) state.set({ kind: 'ended', why: cameraProblem(error) });
      return;
    }
    if (opening.current !== camera) return;
    opening.current = null;
    const begun = begin(settings, camera, mayTalk, stores, () => {
      if (running.current === begun) running.current = null;
    });
    running.current = begun;
  };

  return {
    state: useStore(state),
    track: useStore(stores.track),
    privacy: useStore(stores.privacy),
    talk: useStore(stores.talk),
    start,
    stop: () => {
      end();
      state.set(IDLE);
    },
    pausePicture: (reason, minutes) => running.current?.publisher.pausePicture(reason, minutes),
    resumePicture: () => running.current?.publisher.resumePicture(),
    endTalk: () => running.current?.talk.end(),
  };
}

type Stores = {
  state: Store<PublishState>;
  track: Store<MediaStreamTrack | null>;
  privacy: Store<RunningPrivacy | null>;
  talk: Store<BedsideTalkState>;
};

/** Puts a bedside together: connection, publisher, talk and chime. */
function begin(
  settings: DeviceSettings,
  camera: PatientCamera,
  mayTalk: boolean,
  { state, track, privacy, talk: talkState }: Stores,
  onClosed: () => void,
): Running {
  const connection: DeviceConnection = new Connection({
    url: DEVICE_NAMESPACE,
    requests: deviceRequests,
    credentials: { token: () => Promise.resolve(settings.token) },
  });
  const createDevice = () => Device.factory();
  const chime = new Chime(new AudioContext());
  const talk = new BedsideTalk({
    ...{ connection, createDevice, openMicrophone, chime },
    loudspeaker: new Loudspeaker(),
  });
  const publisher = new Publisher({
    ...{ connection, createDevice, camera },
    patientId: settings.patientId,
    talk: mayTalk,
    now: steadyNow,
    storage: sessionStorage,
  });
  const letSleep = keepAwake();
  const online = () => publisher.networkChanged();
  window.addEventListener('online', online);
  const undo = [
    mirror(publisher.state, state),
    mirror(camera.track, track),
    mirror(publisher.privacy, privacy),
    mirror(talk.state, talkState),
    publisher.privacy.subscribe(() => {
      // Nobody is seen again without being told.
      if (publisher.privacy.get() === null) void chime.play('opens');
    }),
    connection.status.subscribe(() => {
      if (connection.status.get().kind !== 'connected') talk.lost();
    }),
  ];
  let closed = false;
  const close = () => {
    if (closed) return;
    closed = true;
    for (const stop of undo) stop();
    window.removeEventListener('online', online);
    letSleep();
    talk.end();
    void publisher.close();
    camera.close();
    chime.close();
    track.set(null);
    privacy.set(null);
    talkState.set(null);
    onClosed();
  };
  undo.push(
    publisher.state.subscribe(() => {
      if (publisher.state.get().kind === 'ended') close();
    }),
  );
  return { publisher, talk, close };
}

/** Has one store follow another. */
function mirror<T>(from: Readable<T>, to: Store<T>): () => void {
  const copy = () => to.set(from.get());
  copy();
  return from.subscribe(copy);
}
