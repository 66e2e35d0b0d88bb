/** Numbers of this view in words. Pure. */
import { l10n } from '../../l10n';
import { power } from '../../plot/plot';
import { figures } from '../../words';

/** How much of something is left, or what it grew to: `40%`, `3·10⁻⁴`, `52 times`. */
export function share(ratio: number): string {
  if (!Number.isFinite(ratio)) return figures(ratio);
  if (ratio >= 10) return l10n('{0} times', ratio < 1e5 ? figures(ratio, 2) : scientific(ratio));
  if (ratio >= 0.1) return `${Math.round(100 * ratio)}%`;
  if (ratio >= 0.01) return `${figures(100 * ratio, 2)}%`;
  return ratio === 0 ? '0' : scientific(ratio);
}

/** `3·10⁻⁴`, `10⁻⁶` */
export function scientific(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return figures(value);
  let exponent = Math.floor(Math.log10(Math.abs(value)));
  let first = Math.round(value / 10 ** exponent);
  if (Math.abs(first) === 10) { exponent++; first /= 10; }
  const raised = exponent === 0 ? '1' : power(10 ** exponent) || `1e${exponent}`;
  const digit = String(first).replace('-', '−');
  return first === 1 ? raised : exponent === 0 ? digit : `${digit}·${raised}`;
}

/** `1 step`, `84 steps` */
export const stepsWords = (count: number): string => (count === 1 ? l10n('1 step') : l10n('{0} steps', count));

/** A half-life, or another number of steps that need not be whole. */
export function stepsFigure(value: number): string {
  if (value === Infinity) return l10n('no end');
  return Number.isNaN(value) ? l10n('unknown') : l10n('{0} steps', figures(value, value < 10 ? 2 : 3));
}

/** `dL/dc` */
export const by = (name: string): string => `dL/d${name}`;
