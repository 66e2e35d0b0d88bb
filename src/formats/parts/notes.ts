/** Sentences about input that a person should see. */

/** Where numbers first are NaN or infinite, one note or none. `data` is [steps, width]. */
export function notFinite(data: Float32Array, width: number, columns?: readonly string[]): readonly string[] {
  const at = data.findIndex(v => !Number.isFinite(v));
  if (at < 0) return [];
  const count = data.reduce((n, v) => n + (Number.isFinite(v) ? 0 : 1), 0);
  const column = at % width;
  return [`${count} ${count === 1 ? 'value is' : 'values are'} NaN or infinite, the first (${data[at]}) at step ${Math.floor(at / width)}, column ${columns?.[column] ?? column}.`];
}
