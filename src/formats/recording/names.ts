/** What a name of an array says: which signal, of which level, in which direction. */
import type { Direction } from '../../core/layer';

export interface Named {
  /** What is left of the name: `layer0`, `encoder.lstm`; empty where nothing is. */
  readonly level: string;
  /** `h`, `f.pre`; for a name that says nothing, the name itself. */
  readonly signal: string;
  readonly direction: Direction;
  /** False where no word of the name is that of a signal. */
  readonly known: boolean;
  /** True where it says only `states`, which may be h or c. */
  readonly vague?: boolean;
}

/** Words by what they mean beside the word `gate`. */
const gates = new Map(Object.entries({ input: 'i', in: 'i', forget: 'f', output: 'o', out: 'o', cell: 'g', candidate: 'g', modulation: 'g', block: 'g', reset: 'r', update: 'z', new: 'n', i: 'i', f: 'f', g: 'g', o: 'o', r: 'r', z: 'z', n: 'n' }));

/** Words by what they mean alone. */
const alone = new Map(Object.entries({
  h: 'h', ht: 'h', hx: 'h', hs: 'h', hidden: 'h', hiddens: 'h', output: 'h', outputs: 'h', y: 'h', c: 'c', ct: 'c', cx: 'c', cs: 'c', cell: 'c', cells: 'c', memory: 'c', i: 'i', f: 'f', ft: 'f', forget: 'f',
  g: 'g', candidate: 'g', o: 'o', ot: 'o', r: 'r', rt: 'r', reset: 'r', z: 'z', zt: 'z', update: 'z', n: 'n', nt: 'n', x: 'x', xt: 'x', xs: 'x', input: 'x', inputs: 'x', embedding: 'x', embeddings: 'x', features: 'x',
  dh: 'dh', dc: 'dc', di: 'di', df: 'df', dg: 'dg', do: 'do', dr: 'dr', dz: 'dz', dn: 'dn', dx: 'dx',
}));

const VAGUE = /^(states?|activations?|acts?)$/;
/** Say nothing more, once a signal is known. */
const FILLER = /^(gates?|states?|activations?|acts?|values?|seq|sequences?|t|all|recorded|history|trajectory|vectors?)$/;
const REVERSE = /^(reverse|reversed|backward|backwards|bw|bwd|rev)$/;
const FORWARD = /^(forward|forwards|fw|fwd)$/;

interface Word { readonly text: string; readonly from: number; readonly to: number }

/** `hiddenState`, `layer0_h`, `f[3]` in words: letters, or digits; a capital begins one. */
function wordsOf(name: string): Word[] {
  return [...name.matchAll(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^\W\d_A-Za-z]+/gu)].map(m => ({ text: m[0].toLowerCase(), from: m.index, to: m.index + m[0].length }));
}

/** Reads a name. */
export function namedBy(name: string): Named {
  const words = wordsOf(name);
  const pre = words.some(w => /^(pre|preact|preactivation|preactivations|logits?)$/.test(w.text));
  const gate = words.some(w => /^gates?$/.test(w.text));
  const meanings = gate ? gates : alone;
  // The last word that means something: in `hidden_input_gate` it is the gate that counts.
  const states = words.findLast((w, k) => /^states?$/.test(w.text) && ['hidden', 'cell'].includes(words[k - 1]?.text ?? ''));
  const at = states ? words[words.indexOf(states) - 1] : words.findLast(w => meanings.has(w.text)) ?? (gate ? words.findLast(w => alone.has(w.text)) : undefined);
  const vague = at === undefined && words.some(w => VAGUE.test(w.text));
  const signal = at ? meanings.get(at.text) ?? alone.get(at.text) ?? at.text : vague ? 'h' : name;
  const known = at !== undefined || vague;
  const direction = words.some(w => REVERSE.test(w.text)) ? 'reverse' : 'forward';
  const spent = (w: Word): boolean => w === at || FILLER.test(w.text) || REVERSE.test(w.text) || FORWARD.test(w.text) || /^(pre|preact|preactivations?|logits?)$/.test(w.text);
  const level = known ? joined(name, words.filter(w => !spent(w))) : '';
  return { level, signal: pre && known ? `${signal}.pre` : signal, direction, known, ...(vague ? { vague } : {}) };
}

/** What is left, with the separators that stood between; words that touched touch again. */
function joined(name: string, words: readonly Word[]): string {
  return words.map((w, k) => {
    const before = words[k - 1];
    const between = before ? name.slice(before.to, w.from) : '';
    const glue = between === '' ? '' : /[./]/.test(between) ? '.' : '_';
    return glue + name.slice(w.from, w.to);
  }).join('');
}

/** A level's name for people: `layer1` where only a number is left. */
export const levelName = (level: string, alone: string): string => (level === '' ? alone : /^\d+$/.test(level) ? `layer${level}` : level);

/** `l2` before `l10`. */
export const natural = (a: string, b: string): number => {
  const [p, q] = [a.match(/\d+|\D+/g) ?? [], b.match(/\d+|\D+/g) ?? []];
  for (let k = 0; k < Math.min(p.length, q.length); k++) {
    const [x, y] = [p[k]!, q[k]!];
    if (x === y) continue;
    const both = /^\d/.test(x) && /^\d/.test(y);
    return both ? Number(x) - Number(y) || (x < y ? -1 : 1) : x < y ? -1 : 1;
  }
  return p.length - q.length;
};
