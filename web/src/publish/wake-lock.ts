/**
 * Keeps the screen (and so the camera) on while a page publishes. A browser drops the lock when the page is hidden:
 * it is asked for again when it is back. Where there is no such thing, nothing happens.
 */
export function keepAwake(): () => void {
  let sentinel: WakeLockSentinel | undefined;
  let released = false;
  const ask = async () => {
    if (released || document.visibilityState === 'hidden' || !('wakeLock' in navigator)) return;
    try {
      const granted = await navigator.wakeLock.request('screen');
      if (isReleased()) await granted.release();
      else sentinel = granted;
    } catch {
      // Refused, for instance by a battery saver: publishing goes on without.
    }
  };
  const isReleased = () => released;
  const onVisibility = () => void ask();
  document.addEventListener('visibilitychange', onVisibility);
  void ask();
  return () => {
    released = true;
    document.removeEventListener('visibilitychange', onVisibility);
    void sentinel?.release();
  };
}
