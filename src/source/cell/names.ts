/** Names of signals and parameters in equations: those of papers where the code's name says which, else the code's own. */
import { functionNamed } from '../../core/equations/functions';

const words: readonly (readonly [RegExp, string, 'gate' | 'candidate'])[] = [
  [/^(i|in|input|inp|ig)$/, 'i', 'gate'], [/^(f|forget|fg)$/, 'f', 'gate'], [/^(o|out|output|og)$/, 'o', 'gate'],
  [/^(r|reset|rg)$/, 'r', 'gate'], [/^(z|update|upd|zg|u)$/, 'z', 'gate'],
  [/^(g|cell|cand|candidate|c|ctilde|chat|cell|gg)$/, 'g', 'candidate'], [/^(n|new|h|htilde|hhat|hh|cand|candidate|hcand|proposal)$/, 'n', 'candidate'],
];

const labels: Readonly<Record<string, string>> = {
  i: 'input gate', f: 'forget gate', o: 'output gate', r: 'reset gate', z: 'update gate', g: 'candidate', n: 'candidate', h: 'hidden state', c: 'cell state',
};

/** What a name of the papers means; '' for others. */
export const labelOf = (name: string, sure: boolean): string => (sure && Object.hasOwn(labels, name) ? labels[name]! : '');

/** `forget_gate` → f where it is one; `h_tilde` → n, or g beside a cell state. */
export function paperName(code: string, kind: 'gate' | 'candidate' | 'other', hasCell: boolean): string | undefined {
  const bare = code.toLowerCase().replace(/(_?(gate|act|activation|t|g_?t))$|^(new|next)_/g, '').replace(/_/g, '').replace(/gate$/, '') || code.toLowerCase();
  const found = words.filter(([pattern, , k]) => k === kind && (pattern.test(bare) || pattern.test(code.toLowerCase()))).map(w => w[1]);
  return kind === 'candidate' && found.length > 0 ? (hasCell ? found.find(f => f === 'g') ?? 'g' : found.find(f => f === 'n') ?? found[0]) : found[0];
}

/** `pre_act` → preAct: letters and digits, a small letter first, as the language of cells wants it. */
export function plainName(code: string): string {
  const joined = code.replace(/^_+|_+$/g, '').replace(/_+(\p{L}|\d)/gu, (_, c: string) => c.toUpperCase()).replace(/[^\p{L}\d]/gu, '').replace(/^\d+/, '');
  return joined === '' ? 's' : joined.charAt(0).toLowerCase() + joined.slice(1);
}

/** Gives names once. */
export class Names {
  private readonly taken = new Set(['x', 'R', 'in']);

  /** The name, or with a number behind it where it is taken or means a function. */
  free(wish: string): string {
    for (let k = 1; ; k++) {
      const name = k === 1 ? wish : `${wish}${k}`;
      if (this.taken.has(name) || functionNamed(name)) continue;
      this.taken.add(name);
      return name;
    }
  }
}
