import { useEffect, useState } from 'react';
import type { Clock } from '../core/clock.ts';

/** The time by a clock, ms; the component is drawn again every second. */
export function useNow(clock: Clock): number {
  const [now, setNow] = useState(clock);
  useEffect(() => {
    const timer = setInterval(() => setNow(clock()), 1000);
    return () => clearInterval(timer);
  }, [clock]);
  return now;
}
