/** Expressions as people read them beside numbers: a true minus, states before the step marked ₋₁ where that is known to be meant. */
import type { Expression } from '../core/equations/syntax';

/** Writes an expression; `part` is written as `instead`. */
export function written(e: Expression, part?: Expression, instead = ''): string {
  if (e === part) return instead;
  const write = (inner: Expression): string => written(inner, part, instead);
  const wrap = (inner: Expression): string => (inner !== part && (inner.kind === 'infix' || inner.kind === 'negate') ? `(${write(inner)})` : write(inner));
  switch (e.kind) {
    case 'number': return String(e.value).replace('-', '−');
    case 'name': return e.primed ? `${e.name}'` : e.name;
    case 'matrix': return `${e.name} ${wrap(e.argument)}`;
    case 'scale': return `${e.value} ${wrap(e.argument)}`;
    case 'negate': return `−${wrap(e.argument)}`;
    case 'call': return `${e.name}(${[...e.values.map(write), ...e.numbers.map(String)].join(', ')})`;
    case 'infix': return e.op === '⊙' || e.op === '/' ? `${wrap(e.left)} ${e.op} ${wrap(e.right)}` : `${write(e.left)} ${e.op === '-' ? '−' : '+'} ${e.op === '-' ? wrap(e.right) : write(e.right)}`;
  }
}
