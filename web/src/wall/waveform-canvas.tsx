import { useEffect, useRef } from 'react';
import type { Clock } from '../core/clock.ts';
import { sweepLines, sweepSpanMs } from '../core/sweep.ts';
import type { WaveformTrace } from '../core/waveform-trace.ts';
import { testIds } from '../test-ids.ts';
import { onPaint } from './animation-loop.ts';

const LINE_WIDTH_PX = 2;

type WaveformCanvasProps = {
  trace: WaveformTrace;
  now: Clock;
  /** Draw grey: what is shown is not of this moment. */
  held: boolean;
  className?: string | undefined;
};

export function WaveformCanvas({ trace, now, held, className }: WaveformCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(
    () =>
      onPaint(() => {
        if (canvas.current !== null) paint(canvas.current, trace, now());
      }),
    [trace, now],
  );
  return (
    <canvas
      ref={canvas}
      className={className}
      data-held={held}
      data-testid={testIds.waveform}
      role="img"
      aria-label="Pulse waveform from the camera"
    />
  );
}

/** Draws the sweep; its colour is the element's `color`. */
function paint(canvas: HTMLCanvasElement, trace: WaveformTrace, now: number): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  if (width === 0 || height === 0) return;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const scale = window.devicePixelRatio;
  if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale);
  if (canvas.height !== Math.round(height * scale)) canvas.height = Math.round(height * scale);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  const pen = trace.penAt(now);
  if (pen === null) return;
  context.strokeStyle = getComputedStyle(canvas).color;
  context.lineWidth = LINE_WIDTH_PX;
  context.lineJoin = 'round';
  context.beginPath();
  for (const line of sweepLines(trace.between(pen - sweepSpanMs(width), pen), { width, height })) {
    line.forEach(([x, y], index) => (index === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
  }
  context.stroke();
}
