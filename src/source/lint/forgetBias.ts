/**
 * PyTorch draws all biases from U(-1/sqrt(H), 1/sqrt(H)), so the forget gate starts near 0.5 (torch/nn/modules/rnn.py, reset_parameters).
 * A file that touches biases by name may change that, which silences the rule.
 */
import { saying } from '../../core/said';
import type { Found } from '../framework';
import type { Module } from '../code/scopes';
import { linesAfter } from './edits';
import { oncePerFile } from './once';
import type { Edit, Rule } from './rule';

export const forgetBias: Rule = {
  code: 'forget-bias', title: 'A forget bias that starts near 0', severity: 'info', frameworks: ['pytorch'],
  check: ({ found, module }) => {
    const { cell, bias } = found.draft;
    if (cell !== 'lstm' || bias === null || touchesBias(module)) return [];
    const one = bias ? lines(found, module, setToOne) : undefined;
    const chrono = bias ? lines(found, module, chronoInit) : undefined;
    return [{
      said: saying('The forget bias starts near 0: half of c is gone after 1 step.'), span: found.candidate.node,
      fixes: [
        ...(one ? [{ title: saying('Start the forget bias at 1'), edits: one }] : []),
        ...(chrono ? [{ title: saying('Start the biases for dependencies of up to 100 steps (chrono)'), edits: chrono }] : []),
      ],
    }];
  },
};

const touchesBias = oncePerFile(module => /\bbias_|forget_bias|['"][\w.]{0,80}bias\w*['"]|\.bias\b/.test(module.text));

/** The blocks of b_ih are i, f, g, o; b_hh is added to it and stays near 0. */
const setToOne = (holder: string): readonly string[] => [
  `for name, bias in ${holder}.named_parameters():`,
  '    if name.startswith(\'bias_ih\'):',
  '        bias.data[bias.size(0) // 4:bias.size(0) // 2].fill_(1)',
];

/** b_f = log(U(1, T - 1)), b_i = -b_f (Tallec and Ollivier, 2018). */
const chronoInit = (holder: string): readonly string[] => [
  `for name, bias in ${holder}.named_parameters():`,
  '    if name.startswith(\'bias_ih\'):',
  '        units = bias.size(0) // 4',
  '        bias.data[units:2 * units].uniform_(1, 99).log_()',
  '        bias.data[:units] = -bias.data[units:2 * units]',
];

/** New lines behind `self.rnn = nn.LSTM(...)`; undefined where the layer is held in another way. */
function lines({ candidate: { node } }: Found, module: Module, make: (holder: string) => readonly string[]): readonly Edit[] | undefined {
  const statement = node.parent?.name === 'AssignStatement' && node.nextSibling === null ? node.parent : undefined;
  const holder = statement ? module.text.slice(statement.from, node.from).replace(/\s*=\s*$/, '') : '';
  return /^(self\.)?\w+$/.test(holder) ? linesAfter(node, make(holder), module) : undefined;
}
