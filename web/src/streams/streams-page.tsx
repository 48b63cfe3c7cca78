import { linkQualitySchema, liveFiguresSchema, type LiveFigures } from '@haven/protocol';
import { useCallback, useEffect, useState } from 'react';
import { useSignedIn } from '../session/signed-in.ts';
import controls from '../ui/controls.module.css';
import { Page } from '../ui/page.tsx';
import { Problem } from '../ui/problem.tsx';
import table from '../ui/table.module.css';
import { useLoaded } from '../ui/use-loaded.ts';
import { StreamsTable } from './streams-table.tsx';
import { loadWords, QUALITY_WORDS } from './streams-words.ts';
import { WorkersTable } from './workers-table.tsx';

/** How often the figures are asked for, ms. */
const INTERVAL_MS = 2000;

/** How media fare on this server, bed by bed: for those who look after it. */
export function StreamsPage() {
  const { request } = useSignedIn();
  const read = useCallback(() => request('/operations/streams', liveFiguresSchema), [request]);
  const { value: figures, problem, reload } = useLoaded(read);
  const [paused, setPaused] = useState(false);
  useEffect(() => {
    if (paused) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') reload();
    }, INTERVAL_MS);
    return () => clearInterval(timer);
  }, [paused, reload]);

  return (
    <Page title="Streams">
      <div className={table.list}>
        <p className={controls.soft}>
          What arrives from each bed’s camera and where it goes. Figures are a few seconds old; nothing here
          is about a patient’s health.
        </p>
        <Problem words={problem} role="alert" onRetry={reload} />
        {figures === null ? (
          <p role="status">{problem === null ? 'Loading …' : ''}</p>
        ) : (
          <>
            <div className={table.foot}>
              <p>
                {loadWords(figures.load)} {viewersWords(figures.viewers)}
              </p>
              <button
                type="button"
                className={controls.button}
                aria-pressed={paused}
                onClick={() => setPaused(!paused)}
              >
                Hold the figures
              </button>
            </div>
            {figures.streams.length === 0 ? (
              <p>No device sends.</p>
            ) : (
              <StreamsTable streams={figures.streams} now={figures.at} />
            )}
            <WorkersTable workers={figures.mediaWorkers} />
          </>
        )}
      </div>
    </Page>
  );
}

function viewersWords(viewers: LiveFigures['viewers']): string {
  const count = linkQualitySchema.options.reduce((sum, quality) => sum + viewers[quality], 0);
  if (count === 0) return 'Nobody watches.';
  const bad = (['poor', 'lost'] as const)
    .filter((quality) => viewers[quality] > 0)
    .map((quality) => `${viewers[quality]} ${QUALITY_WORDS[quality].words.toLowerCase()}`);
  const links = bad.length === 0 ? 'all links are good enough' : `links: ${bad.join(', ')}`;
  return `${count} ${count === 1 ? 'viewer' : 'viewers'}, ${links}.`;
}
