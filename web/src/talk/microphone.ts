/** Speech near a loudspeaker that plays the other's voice. */
const SPEECH: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  channelCount: 1,
};

/** @throws DOMException as getUserMedia does */
export async function openMicrophone(): Promise<MediaStreamTrack> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: SPEECH, video: false });
  const [track] = stream.getAudioTracks();
  if (track === undefined) throw new DOMException('no audio track', 'NotFoundError');
  return track;
}

/** Why there is no microphone, as a sentence. */
export function microphoneProblem(error: unknown): string {
  const name = error instanceof DOMException ? error.name : '';
  switch (name) {
    case 'NotAllowedError':
      return 'The browser was not allowed to use the microphone. Allow it in the address bar, then try again.';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'No microphone was found. Connect one, then try again.';
    case 'NotReadableError':
      return 'The microphone is in use by another program. Close that, then try again.';
    default:
      return 'The microphone could not be opened. Try again.';
  }
}

/**
 * Whether this computer has a microphone that pages may use, asked for now if it never was: at the bedside nobody is
 * there to allow it when somebody wants to talk. What it opens for that is closed at once.
 */
export async function mayHear(): Promise<boolean> {
  try {
    const { state } = await navigator.permissions.query({ name: 'microphone' });
    if (state === 'denied') return false;
    const devices = await navigator.mediaDevices.enumerateDevices();
    if (!devices.some(({ kind }) => kind === 'audioinput')) return false;
    if (state === 'prompt') (await openMicrophone()).stop();
    return true;
  } catch {
    return false;
  }
}
