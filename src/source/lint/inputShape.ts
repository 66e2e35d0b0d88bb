/** The input of a recurrent layer of Keras or TF.js is a sequence of vectors: a sample has two sizes, steps and features. Both refuse another number. */
import { saying } from '../../core/said';
import type { CallExpression, Expression } from '../code/expression';
import type { Module, Scope } from '../code/scopes';
import { made, withInner } from './modelInput';
import { resolved } from './made';
import { allGiven, given, rowOf, written } from './rows';
import { quoted, type Asked, type Finding, type Rule } from './rule';

export const inputShape: Rule = {
  code: 'input-shape', title: 'An input that is not steps × features', severity: 'warning', frameworks: ['keras', 'tfjs'],
  check: asked => {
    const { isCell, cell } = asked.found.draft;
    return isCell || cell === null ? [] : [...inRow(asked), ...inCalls(asked)];
  },
};

/** Options that give the sizes of a sample, and those with the size of the batch before them. */
const words = [{ option: 'inputShape', extra: 0 }, { option: 'batchInputShape', extra: 1 }] as const;
const ofInputs = [{ option: 'shape', extra: 0 }, { option: 'inputShape', extra: 0 }, { option: 'batchShape', extra: 1 }, { option: 'batchInputShape', extra: 1 }] as const;

/** The first layer of a Sequential, or an input right before it. */
function inRow(asked: Asked): readonly Finding[] {
  const row = rowOf(asked.found, asked.module);
  const [first] = row?.entries ?? [];
  if (!row || !first || row.at > 1 || (row.at === 1 && !/^Input/.test(first.kind))) return [];
  const calls = row.at === 1 ? [first.call] : withInner(asked, first.call, first.scope);
  return calls.flatMap(call => misshapen(call, first.scope, row.at === 1 ? ofInputs : words, row.at === 1, asked));
}

/** `Input(shape=(60,))`, called on directly. */
function inCalls(asked: Asked): readonly Finding[] {
  return asked.uses.flatMap(use => {
    const input = made(use, asked);
    return input ? misshapen(input.call, input.scope, ofInputs, true, asked) : [];
  });
}

function misshapen(call: CallExpression, scope: Scope, options: readonly { readonly option: string; readonly extra: number }[], isInput: boolean, asked: Asked): readonly Finding[] {
  const { found, module } = asked;
  if (!allGiven(found, call, scope, module)) return [];
  return options.flatMap(({ option, extra }) => {
    const value = given(found, call, scope, module, option, isInput && option === 'shape');
    const count = value && sizesIn(value, scope, module);
    if (!value || count === undefined || count - extra === 2 || count - extra < 0) return [];
    return [{
      said: saying('`{0}`: this layer reads 2 sizes of a sample, steps and features, not {1}.', quoted(`${written(found, option, '')}${module.text.slice(value.from, value.to)}`), count - extra), span: value,
      related: { span: found.candidate.callee, said: saying('The layer that reads it.') },
    }];
  });
}

/** How many sizes a shape has; one, where it is a number in parentheses. */
function sizesIn(e: Expression, scope: Scope, module: Module): number | undefined {
  const value = module.flows === true ? resolved({ e, scope }, module)?.e : e;
  if (value?.kind === 'list') return module.text.slice(value.from, value.to).includes('...') ? undefined : value.items.length;
  return value?.kind === 'literal' && typeof value.value === 'number' ? 1 : undefined;
}
