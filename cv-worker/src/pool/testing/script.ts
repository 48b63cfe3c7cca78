/** First byte of a frame, as a command to the scripted thread. */
export const script = {
  analyse: 0,
  throw: 1,
  crash: 2,
  hang: 3,
  leakHeap: 4,
  leakBuffers: 5,
  dawdle: 6,
} as const;
export type Script = keyof typeof script;
