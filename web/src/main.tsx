import './zod-without-eval.ts';
import './ui/global.css';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { App } from './app.tsx';
import { AlarmSound } from './core/alarm-sound.ts';
import { callApi } from './core/api.ts';
import { steadyNow } from './core/clock.ts';
import { SessionKeeper } from './core/session-keeper.ts';
import { allowOwnScripts } from './trusted-types.ts';
import { CrashScreen } from './ui/crash-screen.tsx';

allowOwnScripts();
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id "root"');

const keeper = new SessionKeeper(callApi, sessionStorage, Date.now);
const sound = new AlarmSound(new AudioContext(), steadyNow);
createRoot(root).render(
  <CrashScreen onSound={() => sound.play('alarms-off')}>
    <BrowserRouter>
      <App api={callApi} keeper={keeper} sound={sound} />
    </BrowserRouter>
  </CrashScreen>,
);
