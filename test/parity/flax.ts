/** Flax, linen and nnx: matrices [in, units], one a gate or packed; biases where the sum does not give them twice. */
import { cellById } from '../../src/core/cells/index';
import { casesOf, type Convention, type Fixture } from './fixtures';
import { block, transposed, zeros, type Join, type Named } from './packing';

interface Form {
  readonly cell: string;
  /** Our letters in the order of the packed matrices. */
  readonly gates: readonly string[];
}

const FORMS: Readonly<Record<string, Form>> = {
  LSTMCell: { cell: 'lstm', gates: [...'ifgo'] },
  OptimizedLSTMCell: { cell: 'lstm', gates: [...'ifgo'] },
  GRUCell: { cell: 'gru', gates: [...'rzn'] },
  MGUCell: { cell: 'mguResetAfter', gates: [...'fn'] },
  SimpleCell: { cell: 'rnn', gates: [''] },
};

const flax: Convention = { folder: 'flax', cell: f => cellById(FORMS[f.cell]!.cell), convert };

function convert(stored: Named, { cell }: Fixture, join: Join): Named {
  const { gates } = FORMS[cell]!;
  const t = unpacked(stored, gates);
  const params: Record<string, Named[string]> = {};
  for (const gate of gates) {
    const units = t[`h${gate}/kernel`]!.shape[1]!;
    params[`W${gate}`] = transposed(t[`i${gate}/kernel`]!);
    params[`U${gate}`] = transposed(t[`h${gate}/kernel`]!);
    const [input, recurrent] = [t[`i${gate}/bias`], t[`h${gate}/bias`]];
    const apart = gate === 'n';
    const found = { [`b${gate}`]: apart ? input : input ?? recurrent, ...(apart ? { cn: recurrent } : {}) };
    // nnx has no recurrent bias of n: zero as a weight, nothing to compare as a gradient.
    for (const [name, bias] of Object.entries(found)) if (bias ?? join === 'weights') params[name] = bias ?? zeros(units);
  }
  return params;
}

/** Names as linen has them: `ii/kernel`, `hf/bias`; nnx writes `if_`, or packs all gates into `dense_i` and `dense_h`. */
function unpacked(stored: Named, gates: readonly string[]): Named {
  return Object.fromEntries(Object.entries(stored).flatMap(([name, tensor]) => {
    const [layer = '', kind = ''] = name.split('/');
    const side = /^dense_([ih])$/.exec(layer)?.[1];
    if (side === undefined) return [[`${layer.replace(/_$/, '')}/${kind}`, tensor]];
    return gates.map((gate, k) => [`${side}${gate}/${kind}`, kind === 'kernel' ? transposed(block(transposed(tensor), k, gates.length)) : block(tensor, k, gates.length)]);
  }));
}

/** Cells of Flax over a sequence, from fixtures. */
export const flaxCases = (): ReturnType<typeof casesOf> => casesOf(flax);
