/** Equinox: blocks under one another, i f g o and r z n; one bias, and `bias_n` inside the reset. */
import { cellById } from '../../src/core/cells/index';
import { casesOf, type Convention, type Fixture } from './fixtures';
import { block, type Named } from './packing';

const FORMS: Readonly<Record<string, { readonly cell: string; readonly gates: readonly string[] }>> = {
  LSTMCell: { cell: 'lstm', gates: [...'ifgo'] },
  GRUCell: { cell: 'gru', gates: [...'rzn'] },
};

const equinox: Convention = { folder: 'equinox', cell: f => cellById(FORMS[f.cell]!.cell), convert };

function convert({ weight_ih, weight_hh, bias, bias_n }: Named, { cell }: Fixture): Named {
  const { gates } = FORMS[cell]!;
  const params = Object.fromEntries(gates.flatMap((gate, k) => [
    [`W${gate}`, block(weight_ih!, k, gates.length)], [`U${gate}`, block(weight_hh!, k, gates.length)], [`b${gate}`, block(bias!, k, gates.length)],
  ]));
  return bias_n ? { ...params, cn: bias_n } : params;
}

/** Cells of Equinox over a sequence, from fixtures. */
export const equinoxCases = (): ReturnType<typeof casesOf> => casesOf(equinox);
