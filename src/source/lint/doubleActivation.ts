/** A sigmoid or tanh of h, which is the product of a gate and a tanh already: it lies in (-1, 1). */
import { saying } from '../../core/said';
import { sourceOf } from '../code/arguments';
import { slice, type CallExpression, type Expression } from '../code/expression';
import { sequences } from '../frameworks/keras/sequence';
import { callOf, type Module, type Scope } from '../code/scopes';
import { target } from '../code/target';
import { callsOn } from './derived';
import { heldBy, torchName } from './held';
import { traceTensor } from './operations';
import { quoted, type Asked, type Finding, type Rule } from './rule';

export const doubleActivation: Rule = {
  code: 'double-activation', title: 'A second activation on h', severity: 'warning', frameworks: ['pytorch', 'keras'],
  check: asked => asked.found.draft.framework === 'keras' ? behindInRow(asked) : onOutput(asked),
};

/** h = o ⊙ tanh(c), or a mean of tanhs: what a sigmoid and a tanh make of (-1, 1). */
const ranges = { sigmoid: '(0.27, 0.73)', tanh: '(-0.76, 0.76)' } as const;
type Name = keyof typeof ranges;

function finding(name: Name, text: string, span: { from: number; to: number }): Finding {
  return {
    said: name === 'sigmoid' ? saying('`{0}` can only lie in {1}: h is in (-1, 1) already. Put a linear layer before the sigmoid.', text, ranges[name])
      : saying('`{0}` can only lie in {1}: h is the result of a tanh already.', text, ranges[name]),
    span, severity: name === 'sigmoid' ? 'warning' : 'info',
  };
}

/** torch.sigmoid(out) in a function that the layer is used in. */
function onOutput(asked: Asked): readonly Finding[] {
  const { found, uses, module, t } = asked;
  if (found.draft.cell === null || found.draft.options['nonlinearity'] === 'relu' || found.draft.projection !== 0) return [];
  const sites = [...new Set(uses.map(u => u.scope))].flatMap(scope => callsOn(uses, scope, module).filter(site => mayBe.test(slice(site.node.firstChild ?? site.node, module.text))));
  return sites.flatMap(site => {
    const call = callOf(site, module);
    const activation = call && activationOf(call, site.scope, module);
    if (!call || !activation || (activation.name === 'tanh' && scores(site.scope, module))) return [];
    const part = traceTensor(activation.of, site.scope, t())?.part;
    return part?.layer === found && part.what !== 'c' ? [finding(activation.name, quoted(sourceOf(call, module)), site.node)] : [];
  });
}

/** Names that an activation may have in a class. */
const mayBe = /sigmoid|tanh|act|out|nonlin/i;

/** Attention takes a tanh of h before it scores steps: that is meant. */
function scores(scope: Scope, module: Module): boolean {
  return /softmax|attention|attn|matmul|bmm|@/i.test(module.text.slice(scope.node.from, scope.node.to));
}

function activationOf(call: CallExpression, scope: Scope, module: Module): { name: Name; of: Expression } | undefined {
  const first = call.args[0]?.value;
  const { callee } = call;
  if (callee.kind === 'attribute' && isName(callee.name) && call.args.length === 0) return { name: callee.name, of: callee.object };
  if (!first || call.args.length !== 1) return undefined;
  const held = heldBy(callee, scope, module);
  const paths = held?.paths ?? (callee.kind === 'call' ? target(callee.callee, scope, module).paths : target(callee, scope, module).paths);
  const name = torchName(paths).toLowerCase();
  return isName(name) ? { name, of: first } : undefined;
}

const isName = (name: string): name is Name => name === 'sigmoid' || name === 'tanh';

/** `LSTM(8)` and then `Activation('sigmoid')` in a Sequential. */
function behindInRow({ found, module }: Asked): readonly Finding[] {
  const { draft, candidate } = found;
  if (draft.options['activation'] !== 'tanh' || draft.cell === null || (draft.bidirectional !== false && draft.options['mergeMode'] !== 'concat')) return [];
  for (const { entries } of sequences(module)) {
    const at = entries.findIndex(e => e.call.from === candidate.node.from);
    const next = at < 0 ? undefined : entries.slice(at + 1).find(e => e.kind !== 'Dropout');
    const word = next?.kind === 'Activation' ? next.call.args[0]?.value : undefined;
    if (next && word?.kind === 'literal' && (word.value === 'sigmoid' || word.value === 'tanh')) return [finding(word.value, quoted(sourceOf(next.call, module)), next.call)];
  }
  return [];
}
