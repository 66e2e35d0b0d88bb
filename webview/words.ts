/** Numbers and characters as people read and hear them. */
import { l10n, term, thousands } from './l10n';

const MINUS = '−';

/** Fixed decimals with a true minus: `−0.04`. NaN and infinities by name. */
export function fixed(value: number, decimals = 2): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value < 0 ? `${MINUS}∞` : '∞';
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** As `fixed`, with a plus where there is no minus. */
export function signed(value: number, decimals = 2): string {
  const text = fixed(value, decimals);
  return text.startsWith(MINUS) || !Number.isFinite(value) ? text : `+${text}`;
}

/** Significant figures, without an exponent between 0.0001 and 100000. */
export function figures(value: number, count = 4): string {
  if (!Number.isFinite(value)) return fixed(value);
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text = size >= 1e-4 && size < 1e5
    ? size.toFixed(Math.max(0, count - 1 - Math.floor(Math.log10(size))))
    : size.toExponential(count - 1).replace('-', MINUS);
  return (value < 0 ? MINUS : '') + text;
}

/** A moment of a recording: `3.2 s`, `1:02.5`; at most so many decimals. */
export function seconds(value: number, decimals = 2): string {
  const rounded = Number(value.toFixed(decimals));
  if (rounded < 60) return `${rounded} s`;
  const rest = Number((rounded % 60).toFixed(decimals));
  return `${Math.floor(rounded / 60)}:${rest < 10 ? '0' : ''}${rest}`;
}

/** `28,032` */
export const grouped = (count: number): string => thousands(Math.round(count));

/** A share as whole percent: `51%`. */
export const percent = (share: number): string => `${Math.round(share * 100)}%`;

/** What is counted, one and many of it. */
const NOUNS = {
  'step': n => (n === 1 ? l10n('1 step') : l10n('{0} steps', grouped(n))),
  'unit': n => (n === 1 ? l10n('1 unit') : l10n('{0} units', grouped(n))),
  'parameter': n => (n === 1 ? l10n('1 parameter') : l10n('{0} parameters', grouped(n))),
  'tensor': n => (n === 1 ? l10n('1 tensor') : l10n('{0} tensors', grouped(n))),
  'entry': n => (n === 1 ? l10n('1 entry') : l10n('{0} entries', grouped(n))),
  'recurrent layer': n => (n === 1 ? l10n('1 recurrent layer') : l10n('{0} recurrent layers', grouped(n))),
  'recorded layer': n => (n === 1 ? l10n('1 recorded layer') : l10n('{0} recorded layers', grouped(n))),
  'further place': n => (n === 1 ? l10n('1 further place') : l10n('{0} further places', grouped(n))),
  'other place': n => (n === 1 ? l10n('1 other place') : l10n('{0} other places', grouped(n))),
  'update': n => (n === 1 ? l10n('1 update') : l10n('{0} updates', grouped(n))),
} as const satisfies Readonly<Record<string, (n: number) => string>>;

/** `1 step`, `3 steps` */
export const counted = (count: number, noun: keyof typeof NOUNS): string => NOUNS[noun](count);

/** `1st`, `22nd`, `113th` */
export function ordinal(n: number): string {
  const teens = n % 100 >= 11 && n % 100 <= 13;
  if (!teens && n % 10 === 1) return l10n('{0}st', n);
  if (!teens && n % 10 === 2) return l10n('{0}nd', n);
  return !teens && n % 10 === 3 ? l10n('{0}rd', n) : l10n('{0}th', n);
}

/** Curves that models of known families give. */
const CURVES: ReadonlyMap<string, string> = new Map([['waveform', l10n('waveform')], ['speech probability', l10n('speech probability')]]);

/** A curve or a track: what we named in the person's language, columns of a table by their own names. */
export function trackWords(name: string): string {
  const [, loud, place] = /^(?:loudness of (.+)|input (\d+))$/s.exec(name) ?? [];
  if (loud !== undefined) return l10n('loudness of {0}', trackWords(loud));
  return place === undefined ? CURVES.get(name) ?? term(name) : l10n('input {0}', place);
}

/** How much a note matters, for those who do not see its icon. */
export const severityWords = (severity: 'info' | 'warning' | 'error'): string => ({ info: l10n('info'), warning: l10n('warning'), error: l10n('error') })[severity];

const MARKS: Readonly<Record<string, string>> = { ' ': '·', '\n': '↵', '\t': '⇥', '\r': '␍', '': '∅' };
const NAMES: Readonly<Record<string, string>> = { ' ': l10n('space'), '\n': l10n('newline'), '\t': l10n('tab'), '\r': l10n('carriage return'), '': l10n('nothing') };

/** A label as drawn: spaces and newlines get a mark, other control characters a box. */
export function visible(label: string): string {
  return MARKS[label] ?? label.replace(/[\u0000-\u001f\u007f]/g, '␣');
}

/** True for labels drawn as a mark that stands for something unseen. */
export const isMark = (label: string): boolean => label in MARKS;

/** A label as spoken. */
export const spoken = (label: string): string => NAMES[label] ?? label;
