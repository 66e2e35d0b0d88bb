/** Texts of random cells, for tests that must not know beforehand what can go wrong. */
import fc from 'fast-check';
import { functions } from '../../src/core/equations';

/** Vectors that may stand in line `line`: each as text, brackets included where it is not an atom. */
function vector(names: readonly string[], depth: number): fc.Arbitrary<string> {
  const leaf = fc.constantFrom(...names, 'a', 'b', 'k');
  if (depth === 0) return leaf;
  const inner = vector(names, depth - 1);
  /** Anything may be a scalar; this is not. */
  const long = inner.map(v => `(${v} + a)`);
  const bracketed = inner.map(v => `(${v})`);
  const number = fc.constantFrom('2', '0.5', '-1', '0', '1');
  return fc.oneof(
    { weight: 2, arbitrary: leaf },
    { weight: 3, arbitrary: fc.tuple(fc.constantFrom('W', 'U', 'V'), long).map(([m, v]) => `${m} ${v}`) },
    { weight: 3, arbitrary: fc.tuple(inner, fc.constantFrom(' + ', ' - ', ' * ', ' ⊙ '), inner).map(p => p.join('')) },
    { weight: 2, arbitrary: fc.tuple(bracketed, fc.constantFrom('+', '-', '⊙'), bracketed).map(p => p.join(' ')) },
    fc.tuple(number, fc.constantFrom(' ⊙ ', ' + ', ' - '), bracketed).map(p => p.join('')),
    fc.tuple(fc.constantFrom('2', '0.25'), bracketed).map(([n, v]) => `${n} ${v}`),
    fc.tuple(bracketed, bracketed).map(([v, w]) => `${v} / (2 + ${w} ⊙ ${w})`),
    bracketed.map(v => `-${v}`),
    fc.tuple(fc.constantFrom('sum', 'mean'), long).map(([f, v]) => `${f}${v} ⊙ b`),
    fc.tuple(fc.constantFrom(...functions.filter(f => !['log', 'sqrt', 'exp', 'sum', 'mean', 'norm', 'thresholded'].includes(f.name))), inner, inner)
      .map(([f, v, w]) => `${f.name}(${[v, ...(f.vectors === 2 ? [w] : []), ...f.numbers.map((_, k) => String((k + 1) / 2))].join(', ')})`),
    long.map(v => `norm${v}`),
    long.map(v => `norm(${v}, 0.001)`),
    inner.map(v => `exp(-σ(${v}))`),
    inner.map(v => `sqrt(1 + (${v}) ⊙ (${v}))`),
    inner.map(v => `log(2 + (${v}) ⊙ (${v}))`),
  );
}

/** Two signals, two states in either order, sometimes plain copies, sometimes unused. All vectors equally long. */
const cellText: fc.Arbitrary<string> = fc.tuple(
  vector(['x', 'h', 'c'], 2), vector(['x', 'h', 'c', 'p'], 2), vector(['x', 'h', 'c', 'p', 'q'], 2), vector(['x', 'h', 'c', 'p', 'q', "c'"], 2),
  fc.constantFrom('h', 'c', 'x', 'p', 'q', 'k', '1', 'sum(x)', ''), fc.constantFrom('c', "c'", 'x', 'h', 'a', '0.5', ''), fc.boolean(),
).map(([p, q, c, h, plainC, plainH, square]) => [
  'k ∈ R', `p = ${p}`, `q = ${q}`, `c' = ${plainC || c}`, `h' = ${plainH || h}`,
  // Ties x to h, so that all sizes agree whatever the rest says.
  `s = W x + U h + V c + a + b${square ? ' + x + h + c' : ''}`,
].join('\n'));

export interface Drawn { readonly text: string; readonly seed: number }

export const drawn: fc.Arbitrary<Drawn> = fc.record({ text: cellText, seed: fc.integer({ min: 1, max: 1_000_000 }) });
