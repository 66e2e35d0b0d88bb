/** What a checkpoint's metadata says of its training, under the names that the examples and common trainers use. */
import type { Training } from './protocol';

type Metadata = Readonly<Record<string, string>>;

const NUMBERS: readonly [keyof Training & ('updates' | 'seed' | 'bitsPerCharacter'), readonly string[]][] = [
  ['updates', ['steps', 'updates', 'global_step', 'training_steps']],
  ['seed', ['seed']],
  ['bitsPerCharacter', ['held_out_bits_per_character', 'bits_per_character']],
];
const WORDS: readonly [keyof Training & ('optimiser' | 'initialisation' | 'batch'), readonly string[]][] = [
  ['optimiser', ['optimiser', 'optimizer']],
  ['initialisation', ['initialisation', 'initialization']],
  ['batch', ['batch', 'batch_size']],
];
const LONGEST = 120;

/** `{ training }` with what is said and can be read; nothing where nothing is. */
export function trainingOf(metadata: Metadata): { readonly training?: Training } {
  const said = (names: readonly string[]): string | undefined => names.flatMap(n => (Object.hasOwn(metadata, n) ? metadata[n] ?? [] : []))[0];
  const numbers = NUMBERS.flatMap(([field, names]) => {
    const text = said(names)?.trim();
    const value = text ? Number(text) : NaN;
    return Number.isFinite(value) ? [[field, value]] : [];
  });
  const words = WORDS.flatMap(([field, names]) => { const text = said(names); return text ? [[field, text.slice(0, LONGEST)]] : []; });
  return numbers.length + words.length > 0 ? { training: Object.fromEntries([...numbers, ...words]) as Training } : {};
}
