/**
 * What the background shows as well is light, not blood: it is taken out of the skin's signal by least squares, in
 * phase and at a right angle to it, since a rolling shutter shows flickering light later in lower rows.
 *
 * @param skin changes in the pulse band; its samples are replaced
 * @param background changes in the pulse band of the same times; null when none is in the picture
 */
export function removeLight(skin: Float64Array, background: Float64Array | null): Float64Array {
  if (background !== null) removeReference(skin, background);
  return skin;
}

/** Makes `signal` orthogonal to `reference` and to what follows it by a right angle. */
export function removeReference(signal: Float64Array, reference: Float64Array): void {
  removeComponent(signal, reference);
  const quadrature = derivative(reference);
  removeComponent(quadrature, reference);
  removeComponent(signal, quadrature);
}

/** Makes `signal` orthogonal to `component`. */
export function removeComponent(signal: Float64Array, component: Float64Array): void {
  let common = 0;
  let power = 0;
  for (let i = 0; i < signal.length; i++) {
    common += signal[i] * component[i];
    power += component[i] * component[i];
  }
  if (power === 0) return;
  const gain = common / power;
  for (let i = 0; i < signal.length; i++) signal[i] -= gain * component[i];
}

/** Up to a factor; turns every frequency by a right angle. */
function derivative(signal: Float64Array): Float64Array {
  const last = signal.length - 1;
  return signal.map((_, i) => signal[Math.min(last, i + 1)] - signal[Math.max(0, i - 1)]);
}
