/**
 * A ReLU RNN has no bound on h: its recurrent matrix decides whether it dies out or explodes (Le, Jaitly and Hinton, 2015).
 * Reported in files that train: elsewhere the gradients may be clipped by whoever does.
 */
import { saying } from '../../core/said';
import { slice } from '../code/expression';
import type { Module } from '../code/scopes';
import { linesAfter } from './edits';
import type { Rule } from './rule';

export const reluRnn: Rule = {
  code: 'relu-rnn', title: 'A ReLU RNN without clipping or identity', severity: 'info', frameworks: ['pytorch'],
  check: ({ found: { draft, candidate }, module }) => {
    if (draft.cell !== 'rnn' || draft.options['nonlinearity'] !== 'relu' || draft.assumed.includes('nonlinearity') || !module.text.includes('.backward(') || tamed(module)) return [];
    const node = candidate.node;
    const statement = node.parent?.name === 'AssignStatement' && node.nextSibling === null ? node.parent : undefined;
    const holder = statement ? module.text.slice(statement.from, node.from).replace(/\s*=\s*$/, '') : '';
    const nn = /^([\w.]*\bnn)\.RNN(Cell)?$/.exec(slice(candidate.callee, module.text))?.[1];
    const edits = /^(self\.)?\w+$/.test(holder) && nn !== undefined ? linesAfter(node, [
      `for name, weight in ${holder}.named_parameters():`,
      '    if name.startswith(\'weight_hh\'):',
      `        ${nn}.init.eye_(weight)`,
    ], module) : undefined;
    return [{
      said: saying('With ReLU nothing bounds h. Clip gradients, or start the recurrent matrix as the identity: this file trains it and does neither.'), span: node,
      fixes: edits ? [{ title: saying('Start the recurrent matrix as the identity'), edits }] : [],
    }];
  },
};

/** Some way to keep it in bounds is in the file: clipping, or an initialisation of recurrent weights. */
const tamed = (module: Module): boolean => /clip_grad|gradient_clip|clip_by|\.clamp_?\(|eye_?\(|orthogonal|identity|weight_hh|init\.\w+_\(/i.test(module.text);
