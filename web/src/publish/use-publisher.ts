import { DEVICE_NAMESPACE, deviceRequests } from '@haven/protocol';
import { Device } from 'mediasoup-client';
import { useEffect, useRef, useState } from 'react';
import { steadyNow } from '../core/clock.ts';
import { Connection } from '../core/connection.ts';
import { Store } from '../core/store.ts';
import { useStore } from '../core/use-store.ts';
import { cameraProblem, openCamera } from './camera.ts';
import type { DeviceSettings } from './device-token.ts';
import type { PublishState } from './publish-words.ts';
import { Publisher } from './publisher.ts';
import { keepAwake } from './wake-lock.ts';

type Publishing = {
  state: PublishState;
  /** The camera's video while it is open. */
  track: MediaStreamTrack | null;
  start: (settings: DeviceSettings, cameraId: string) => Promise<void>;
  stop: () => void;
};

const IDLE: PublishState = { kind: 'idle' };

/** A camera and its publisher, from a click on start to a click on stop. */
export function usePublisher(): Publishing {
  const [state] = useState(() => new Store<PublishState>(IDLE));
  const [track, setTrack] = useState<MediaStreamTrack | null>(null);
  const close = useRef<() => void>(() => undefined);
  useEffect(() => () => close.current(), []);

  const start = async (settings: DeviceSettings, cameraId: string) => {
    close.current();
    state.set({ kind: 'connecting', error: null });
    let camera: MediaStreamTrack;
    try {
      camera = await openCamera(cameraId);
    } catch (error) {
      state.set({ kind: 'ended', why: cameraProblem(error) });
      return;
    }
    const publisher = new Publisher({
      connection: new Connection({
        url: DEVICE_NAMESPACE,
        requests: deviceRequests,
        credentials: { token: () => Promise.resolve(settings.token) },
      }),
      createDevice: () => Device.factory(),
      track: camera,
      patientId: settings.patientId,
      now: steadyNow,
    });
    const letSleep = keepAwake();
    const online = () => publisher.networkChanged();
    window.addEventListener('online', online);
    const release = () => {
      letSleep();
      window.removeEventListener('online', online);
      camera.stop();
      setTrack(null);
      close.current = () => undefined;
    };
    const undo = publisher.state.subscribe(() => {
      state.set(publisher.state.get());
      if (publisher.state.get().kind === 'ended') release();
    });
    close.current = () => {
      undo();
      void publisher.close();
      release();
      state.set(IDLE);
    };
    setTrack(camera);
  };

  return { state: useStore(state), track, start, stop: () => close.current() };
}
