/** Asked of the camera: three simulcast layers want 720 lines, a pulse wants no more than 30 frames a second. */
const VIDEO: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 30, max: 30 },
};

/** @param deviceId empty for the browser's own choice. @throws DOMException as getUserMedia does */
export async function openCamera(deviceId: string): Promise<MediaStreamTrack> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { ...VIDEO, ...(deviceId === '' ? {} : { deviceId: { exact: deviceId } }) },
  });
  const [track] = stream.getVideoTracks();
  if (track === undefined) throw new DOMException('no video track', 'NotFoundError');
  // What the encoder gives up first when bandwidth or processor are short: size, never frames.
  track.contentHint = 'motion';
  return track;
}

/** Cameras by name. Browsers tell names only after the camera was allowed once. */
export async function listCameras(): Promise<{ id: string; name: string }[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices
    .filter(({ kind, deviceId }) => kind === 'videoinput' && deviceId !== '')
    .map(({ deviceId, label }, index) => ({
      id: deviceId,
      name: label === '' ? `Camera ${index + 1}` : label,
    }));
}

/** Why there is no camera, as a sentence. */
export function cameraProblem(error: unknown): string {
  const name = error instanceof DOMException ? error.name : '';
  switch (name) {
    case 'NotAllowedError':
      return 'The browser was not allowed to use the camera. Allow it in the address bar, then start again.';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'No camera was found. Connect one, then start again.';
    case 'NotReadableError':
      return 'The camera is in use by another program. Close that, then start again.';
    default:
      return 'The camera could not be opened. Reload the page and start again.';
  }
}
