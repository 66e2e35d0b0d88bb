/** Keras's GRU resets after the product by default; TF.js has only the older form and refuses the other (tfjs-layers/src/layers/recurrent.ts). */
import { saying } from '../../core/said';
import { fold } from '../code/fold';
import { oncePerFile } from './once';
import { dropOption, given, ownCall, setOption } from './rows';
import type { Asked, Finding, Rule } from './rule';

export const gruNotPortable: Rule = {
  code: 'gru-not-portable', title: 'A GRU form that TF.js cannot load', severity: 'warning', frameworks: ['keras', 'tfjs'],
  check: asked => {
    const { found, module } = asked;
    const { draft, candidate } = found;
    if (draft.framework === 'tfjs') return refused(asked);
    if (draft.cell !== 'gru' || draft.options['resetAfter'] !== true || draft.assumed.includes('resetAfter') || !exportsToTfjs(module)) return [];
    const call = draft.layers === 1 ? ownCall(found, module) : undefined;
    const edits = call && setOption(found, call, 'resetAfter', false);
    return [{
      said: saying('TF.js, to which this file converts, refuses a GRU with `reset_after=True`, the default of Keras. Train it with `reset_after=False`.'), span: candidate.node,
      fixes: edits ? [{ title: saying('Set reset_after=False'), edits }] : [],
    }];
  },
};

const exportsToTfjs = oncePerFile(({ text }) => /^\s*(import|from)\s+tensorflowjs\b/m.test(text) || text.includes('tensorflowjs_converter'));

/** `resetAfter: true` in TF.js itself. */
function refused({ found, module }: Asked): readonly Finding[] {
  const { draft, candidate } = found;
  const call = draft.cell === 'gru' && draft.layers === 1 ? ownCall(found, module) : undefined;
  const option = call && given(found, call, candidate.scope, module, 'resetAfter');
  const { value, assumed } = option ? fold(option, candidate.scope, module) : { value: undefined, assumed: true };
  if (!call || value !== true || assumed) return [];
  const edits = dropOption(found, call, 'resetAfter', module);
  return [{
    said: saying('TF.js has no GRU with `resetAfter: true`: this call throws.'), span: candidate.node,
    fixes: edits ? [{ title: saying('Remove {0}', 'resetAfter'), edits }] : [],
  }];
}
