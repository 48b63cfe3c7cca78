import { Component, type ReactNode } from 'react';
import { AlarmsOff } from '../wall/notices.tsx';
import controls from './controls.module.css';

type CrashScreenProps = {
  /** Called twice a second while the screen stands. */
  onSound: () => void;
  children: ReactNode;
};

const SOUND_CHECK_MS = 500;

/** A wall that fails must not leave a blank page behind: it says, to eye and ear, that alarms are off. */
export class CrashScreen extends Component<CrashScreenProps, { crashed: boolean }> {
  override state = { crashed: false };
  #timer: ReturnType<typeof setInterval> | undefined;

  static getDerivedStateFromError(): { crashed: boolean } {
    return { crashed: true };
  }

  override componentDidCatch(): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.props.onSound(), SOUND_CHECK_MS);
  }

  override componentWillUnmount(): void {
    clearInterval(this.#timer);
  }

  override render(): ReactNode {
    if (!this.state.crashed) return this.props.children;
    return (
      <main>
        <AlarmsOff />
        <p className={controls.error}>This page has failed. Reload it.</p>
        <button type="button" className={controls.primary} onClick={() => location.reload()}>
          Reload
        </button>
      </main>
    );
  }
}
