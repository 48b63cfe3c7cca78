/** Gives jsdom's video elements what they lack: no frame is ever shown there. */
export function stubVideo(): void {
  Object.assign(HTMLVideoElement.prototype, { getVideoPlaybackQuality: () => ({ totalVideoFrames: 0 }) });
}
