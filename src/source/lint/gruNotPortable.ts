/** Keras's GRU resets after the product by default; TF.js has only the older form and refuses the other (tfjs-layers/src/layers/recurrent.ts). */
import { saying } from '../../core/said';
import { setArgument } from './edits';
import { oncePerFile } from './once';
import type { Rule } from './rule';

export const gruNotPortable: Rule = {
  code: 'gru-not-portable', title: 'A GRU form that TF.js cannot load', severity: 'warning', frameworks: ['keras'],
  check: ({ found: { draft, candidate }, module }) => {
    if (draft.cell !== 'gru' || draft.options['resetAfter'] !== true || draft.assumed.includes('resetAfter') || !exportsToTfjs(module)) return [];
    const call = candidate.call();
    const inner = call.args[0]?.value;
    const target = draft.bidirectional ? (inner?.kind === 'call' ? inner : undefined) : call;
    return [{
      said: saying('TF.js, to which this file converts, refuses a GRU with `reset_after=True`, the default of Keras. Train it with `reset_after=False`.'), span: candidate.node,
      fixes: target && draft.layers === 1 ? [{ title: saying('Set reset_after=False'), edits: setArgument(target, 'reset_after', 'False') }] : [],
    }];
  },
};

const exportsToTfjs = oncePerFile(({ text }) => /^\s*(import|from)\s+tensorflowjs\b/m.test(text) || text.includes('tensorflowjs_converter'));
