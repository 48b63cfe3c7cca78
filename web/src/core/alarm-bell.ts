import type { AlarmSound } from './alarm-sound.ts';
import type { AlarmSignal } from './alarm-tones.ts';
import { activeAlerts, unreachedPatients } from './wall-state.ts';
import { audiblePriority, secondsLeft } from './alert-view.ts';
import type { Wall } from './wall.ts';

/**
 * What should be heard: lost alarms before any alert, and whatever is paused. That the alarms of some beds do not
 * arrive sounds as a technical alert.
 */
export function alarmSignal(wall: Pick<Wall, 'alarms' | 'state' | 'moment'>): AlarmSignal | null {
  if (wall.alarms.get() === 'off') return 'alarms-off';
  const { serverNow } = wall.moment.get();
  const state = wall.state.get();
  if (secondsLeft(state.soundPause, serverNow) > 0) return null;
  const priority = audiblePriority(activeAlerts(state), serverNow);
  return priority ?? (unreachedPatients(state).length > 0 ? 'technical' : null);
}

/** Rings for a wall until it is stopped. */
export function ringFor(wall: Wall, sound: AlarmSound): () => void {
  const ring = () => sound.play(alarmSignal(wall));
  const undo = [wall.moment.subscribe(ring), wall.state.subscribe(ring), wall.alarms.subscribe(ring)];
  return () => {
    for (const stop of undo) stop();
    sound.play(null);
  };
}
