/** Cells that differ from the plain ones by what a file says: other activations, clipping, coupled gates. Equations made as text. */
import { describeActivation, writeActivation, type Activation } from './activations';
import type { Cell } from './cell';
import { cifg } from './cifg';
import { gru } from './gru';
import { gruResetBefore } from './gruResetBefore';
import { lstm } from './lstm';
import { lstmPeephole } from './lstmPeephole';
import { lstmProjected } from './lstmProjected';
import { rnn, rnnRelu } from './rnn';
import { parse, print } from '../equations';

export interface LstmOptions {
  /** f: gates, g: candidate, h: what the output gate lets through. */
  readonly activations?: { readonly f?: Activation; readonly g?: Activation; readonly h?: Activation };
  /** Holds what gates and candidate read within -clip..clip; not what `h` reads, as ONNX Runtime has it. */
  readonly clip?: number;
  /** f = 1 - i, without parameters of its own. */
  readonly coupledInputForget?: boolean;
  /** Gates read the cell state; the output gate reads the new one. */
  readonly peepholes?: boolean;
  /** h' = Wr (...): h is smaller than c. */
  readonly projected?: boolean;
}

/** The LSTM with these options; the plain cell itself where they change nothing. */
export function lstmVariant({ activations = {}, clip, coupledInputForget = false, peepholes = false, projected = false }: LstmOptions): Cell {
  const { f = { name: 'sigmoid' }, g = { name: 'tanh' }, h = { name: 'tanh' } } = activations;
  const peep = (gate: string, cell: string): string => peepholes ? ` + p${gate} ⊙ ${cell}` : '';
  const gate = (k: string, cell: string): string => act(f, `W${k} x + U${k} h${peep(k, cell)} + b${k}`, clip);
  const forget = coupledInputForget ? '1 - i' : gate('f', 'c');
  const candidate = `g = ${act(g, 'Wg x + Ug h + bg', clip)}  candidate`;
  const output = `o = ${gate('o', "c'")}  output gate`;
  const cellState = "c' = f ⊙ c + i ⊙ g  cell state";
  const shown = `o ⊙ ${act(h, "c'", undefined)}`;
  return variant({
    plain: [lstm, lstmPeephole, lstmProjected, cifg],
    base: peepholes ? lstmPeephole : projected ? lstmProjected : lstm,
    lines: [
      `i = ${gate('i', 'c')}  input gate`, `f = ${forget}  forget gate`, candidate,
      ...(peepholes ? [cellState, output] : [output, cellState]),
      `h' = ${projected ? `Wr (${shown})` : shown}  hidden state`,
    ],
    changes: [
      coupledInputForget && { id: 'coupled', words: 'input and forget gates coupled' },
      peepholes && projected && { id: 'projected', words: lstmProjected.variant },
      clipped(clip), changed({ f, g, h }, { f: 'sigmoid', g: 'tanh', h: 'tanh' }),
    ],
  });
}

export interface GruOptions {
  /** f: gates, g: candidate. */
  readonly activations?: { readonly f?: Activation; readonly g?: Activation };
  readonly clip?: number;
  /** ONNX `linear_before_reset`, Keras `reset_after`, always in PyTorch. */
  readonly resetAfter: boolean;
}

/** The GRU with these options; the plain cell itself where they change nothing. */
export function gruVariant({ activations = {}, clip, resetAfter }: GruOptions): Cell {
  const { f = { name: 'sigmoid' }, g = { name: 'tanh' } } = activations;
  const gate = (k: string): string => act(f, `W${k} x + U${k} h + b${k}`, clip);
  return variant({
    plain: [gru, gruResetBefore],
    base: resetAfter ? gru : gruResetBefore,
    lines: [
      `r = ${gate('r')}  reset gate`, `z = ${gate('z')}  update gate`,
      `n = ${act(g, resetAfter ? 'Wn x + bn + r ⊙ (Un h + cn)' : 'Wn x + Un (r ⊙ h) + bn', clip)}  candidate`,
      "h' = (1 - z) ⊙ n + z ⊙ h  hidden state",
    ],
    changes: [clipped(clip), changed({ f, g }, { f: 'sigmoid', g: 'tanh' })],
  });
}

export interface RnnOptions {
  readonly activation?: Activation;
  readonly clip?: number;
}

/** The vanilla RNN with these options; a plain cell itself where they change nothing. */
export function rnnVariant({ activation = { name: 'tanh' }, clip }: RnnOptions): Cell {
  return variant({
    plain: [rnn, rnnRelu],
    base: rnn,
    lines: [`h' = ${act(activation, 'W x + U h + b', clip)}  hidden state`],
    changes: [clipped(clip), changed({ f: activation }, { f: 'tanh' })],
  });
}

interface Change { readonly id: string; readonly words: string }

interface Plan {
  readonly plain: readonly Cell[];
  readonly base: Cell;
  readonly lines: readonly string[];
  readonly changes: readonly (Change | false | undefined)[];
}

function variant({ plain, base, lines, changes }: Plan): Cell {
  const equations = print(parse(lines.join('\n')));
  const same = plain.find(cell => print(parse(cell.equations)) === equations);
  if (same) return same;
  const made = changes.filter(c => c !== undefined && c !== false);
  const words = [...(plain[0] === base ? [] : [base.variant]), ...made.map(c => c.words)];
  return { ...base, id: [base.id, ...made.map(c => c.id)].join('+'), variant: words.join(', '), equations };
}

function act(activation: Activation, v: string, clip: number | undefined): string {
  return writeActivation(activation, clip === undefined ? v : `clip(${v}, -${clip}, ${clip})`);
}

function clipped(clip: number | undefined): Change | undefined {
  return clip === undefined ? undefined : { id: `clip(${clip})`, words: `preactivations clipped to ±${clip}` };
}

function changed(found: Readonly<Record<string, Activation>>, usual: Readonly<Record<string, string>>): Change | undefined {
  const different = Object.entries(found).filter(([role, a]) => a.name !== usual[role]);
  if (different.length === 0) return undefined;
  const words = different.map(([role, a]) => Object.keys(found).length === 1 ? describeActivation(a) : `${ROLES[role]}: ${describeActivation(a)}`);
  return { id: different.map(([role, a]) => `${role}:${describeActivation(a).replace(/ /g, '')}`).join('+'), words: words.join(', ') };
}

const ROLES: Readonly<Record<string, string>> = { f: 'gates', g: 'candidate', h: 'output' };
