/**
 * PyTorch draws all biases from U(-1/sqrt(H), 1/sqrt(H)), so the forget gate starts near 0.5 (torch/nn/modules/rnn.py, reset_parameters).
 * A file that touches biases by name may change that, which silences the rule. Equinox does the same; in Flax biases start at 0, and in TF.js
 * unless `unitForgetBias` is set. Keras sets it by default, and Haiku adds 1 when it runs.
 */
import { saying } from '../../core/said';
import type { Found } from '../framework';
import type { Module } from '../code/scopes';
import { linesAfter } from './edits';
import { oncePerFile } from './once';
import { allGiven, given, ownCall, setOption } from './rows';
import type { Edit, Rule } from './rule';

export const forgetBias: Rule = {
  code: 'forget-bias', title: 'A forget bias that starts near 0', severity: 'hint', frameworks: ['pytorch', 'flax', 'nnx', 'equinox', 'tfjs'],
  check: ({ found, module }) => {
    const { cell, bias, framework } = found.draft;
    if (cell !== 'lstm' || bias === null || touchesBias(module) || !opensHalf(found) || (framework === 'tfjs' && !startsAtZero(found, module))) return [];
    const call = framework === 'tfjs' ? ownCall(found, module) : undefined;
    const one = !bias ? undefined : framework === 'pytorch' ? lines(found, module, setToOne) : call && setOption(found, call, 'unitForgetBias', true);
    const chrono = bias && framework === 'pytorch' ? lines(found, module, chronoInit) : undefined;
    return [{
      said: saying('The forget bias starts near 0: half of c is gone after 1 step.'), span: found.candidate.node,
      fixes: [
        ...(one ? [{ title: saying('Start the forget bias at 1'), edits: one }] : []),
        ...(chrono ? [{ title: saying('Start the biases for dependencies of up to 100 steps (chrono)'), edits: chrono }] : []),
      ],
    }];
  },
};

const touchesBias = oncePerFile(module => /\bbias_|forget_bias|['"][\w.]{0,80}bias\w*['"]|\.bias\b|\bbiasInitializer\b|\.(setWeights|loadWeights)\(|\btree_at\b/.test(module.text));

/** What a gate opens at 0 with these: half. */
const half: ReadonlySet<unknown> = new Set([undefined, 'sigmoid', 'hardSigmoid', 'hard_sigmoid']);
const opensHalf = ({ draft: { framework, options } }: Found): boolean =>
  half.has(options['recurrentActivation']) && (options['recurrentActivation'] !== undefined || framework === 'pytorch' || framework === 'equinox');

/** Nothing is said of the forget gate of a layer that is not made of cells of its own. */
function startsAtZero(found: Found, module: Module): boolean {
  const call = ownCall(found, module);
  const { draft, candidate: { scope } } = found;
  return call?.callee.from === draft.callee.from && draft.options['unitForgetBias'] === false && allGiven(found, call, scope, module)
    && ['unitForgetBias', 'weights'].every(option => given(found, call, scope, module, option) === undefined);
}

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
