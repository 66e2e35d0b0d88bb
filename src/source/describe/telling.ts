/** How a hover's words reach a person: this room says them, whoever shows them knows the language. */
import { english, saying, type Said } from '../../core/said';

/** Words a sentence in the person's language. Strings among its values are source text and stay as they are. */
export type Tell = (said: Said) => string;

/** `593,920`, parted as the language does. */
export function counted(n: number, tell: Tell): string {
  return n.toLocaleString('en-US', { maximumFractionDigits: 6 }).split(',').reduce((all, three) => tell(saying('{0},{1}', all, three)));
}

/** `2.4`, with one decimal. */
export function decimal(n: number, tell: Tell): string {
  const [whole = '', part = ''] = n.toFixed(1).split('.');
  return tell(saying('{0}.{1}', whole, part));
}

/** Words for where no language is known. */
export const inEnglish: Tell = english;
