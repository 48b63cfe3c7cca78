/** Colours on white: ink for what was measured, grey for what was held or withheld (contrast at least 4.5 for text). */
export const COLOURS = {
  background: '#ffffff',
  ink: '#1f2933',
  faint: '#5f6b76',
  grid: '#e3e8ec',
  withheld: '#eceff1',
  pulse: '#b3261e',
  pulseBand: '#f3c9c5',
  breathing: '#1565a7',
  breathingBand: '#c5ddf1',
  reference: '#5f6b76',
} as const;

export const FONT = 'system-ui, "DejaVu Sans", sans-serif';
export const FONT_SIZE = { title: 15, label: 12 } as const;
