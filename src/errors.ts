/**
 * What goes wrong for a person, in one place: what was expected, what was found, what to do.
 * A Problem carries its parts, so that the panel, a message and the command line can each show it their way.
 */
import { Cancelled } from './core/pace';
import type { Action } from './protocol';

export class Problem extends Error {
  constructor(readonly title: string, readonly lines: readonly string[] = [], readonly actions: readonly Action[] = []) {
    super([title, ...lines].join(' '));
    this.name = 'Problem';
  }
}

const otherWeights: Action = { id: 'chooseWeights', label: 'Choose another checkpoint…' };
const randomWeights: Action = { id: 'randomWeights', label: 'Use random weights' };
const otherInput: Action = { id: 'chooseInput', label: 'Choose another input…' };
const editBinding: Action = { id: 'binding', label: 'Edit binding…' };

/** What the engine says when it was cancelled; over a wire only the message comes through. */
const stopped = new Cancelled().message;

/** Any thrown value as a Problem; what was not foreseen keeps its own message. */
export function asProblem(error: unknown, doing: string): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof Error && error.message === stopped) return new Problem('Stopped.', ['What was shown before stays.'], [{ id: 'reload', label: 'Run again' }]);
  return new Problem(doing, [error instanceof Error ? error.message : String(error)], [editBinding]);
}

export const doesNotFit = (file: string, layer: string, mismatch: string): Problem =>
  new Problem(`${file} does not fit ${layer}.`, [mismatch], [otherWeights, randomWeights]);

export const noLayerIn = (file: string, found: string): Problem =>
  new Problem(`No recurrent layer in ${file}.`,
    [`Found ${found}.`, 'Expected tensors named as PyTorch (weight_ih_l0, weight_hh_l0 …), Keras, TensorFlow, Flax, Haiku or Equinox name them, a Keras model with a recurrent layer, or an ONNX LSTM, GRU or RNN node. Tensors with other names can be bound by hand.'],
    [editBinding, otherWeights]);

export const noSuchStack = (file: string, wanted: string, found: readonly string[]): Problem =>
  new Problem(`${file} has no recurrent layer named ${wanted}.`, [`Found ${found.length ? found.join(', ') : 'none'}.`], [editBinding, otherWeights]);

export const noSuchTensor = (file: string, wanted: string): Problem =>
  new Problem(`${file} has no tensor named ${wanted}.`, ['It may have been saved again since it was bound.'], [editBinding]);

export const cannotOpen = (file: string, why: string): Problem =>
  new Problem(`${file} could not be opened.`, [why], [{ id: 'reload', label: 'Try again' }, otherWeights, otherInput]);

export const wrongWidth = (input: string, found: number, layer: string, expected: number, columns: readonly string[] | undefined): Problem =>
  new Problem(`${input} does not fit ${layer}.`, [
    `Expected ${expected} ${expected === 1 ? 'number' : 'numbers'} a step (the layer's input size), found ${found}.`,
    columns && columns.length > 0 ? `Its columns: ${columns.slice(0, 24).join(', ')}${columns.length > 24 ? ' …' : ''}.` : '',
  ].filter(Boolean), columns && found > expected ? [{ id: 'chooseColumns', label: 'Choose columns…' }, otherInput] : [otherInput]);

export const graphNotRun = (file: string): Problem =>
  new Problem(`${file} was not run.`, ['What stands before the layer has to be run to know what reaches it, and that was not allowed in this workspace.'], [{ id: 'reload', label: 'Ask again' }, otherInput]);

export const notReached = (layer: string, reached: readonly string[]): Problem =>
  new Problem(`${layer} is not run for this input.`, [reached.length > 0 ? `The model takes other branches, and comes by ${reached.join(', ')}.` : 'The model takes branches without a recurrent layer.'],
    [...reached.slice(0, 3).map(name => ({ id: `show:${name}`, label: `Show ${name}` })), otherInput]);

export const emptyInput = (input: string): Problem =>
  new Problem(`${input} is empty.`, ['Expected at least one step.'], [otherInput]);

export const noEncoder = (input: string, vocabulary: number, inputSize: number): Problem =>
  new Problem(`${input} is text, and it is not known how to turn its characters into the layer's input.`, [
    `The vocabulary has ${vocabulary} characters and the layer takes ${inputSize} numbers a step.`,
    'One-hot needs the two to be equal; otherwise bind an embedding tensor [vocabulary, input size] as the encoder.',
  ], [{ id: 'edit:encoder', label: 'Choose an encoder…' }, otherInput]);

export const noVocabulary = (input: string): Problem =>
  new Problem(`${input} is text, and no vocabulary is bound.`, ['Expected a JSON list of characters, or a map from character to index.'],
    [{ id: 'edit:vocabulary', label: 'Choose a vocabulary…' }, otherInput]);

export const encoderShape = (tensor: string, shape: readonly number[], inputSize: number): Problem =>
  new Problem(`${tensor} cannot be the encoder.`, [`Expected an embedding of shape [vocabulary, ${inputSize}], found [${shape.join(', ')}].`],
    [{ id: 'edit:encoder', label: 'Choose an encoder…' }]);

export const noUnits = (layer: string): Problem =>
  new Problem(`${layer} has 0 units.`, ['A recurrent layer needs at least one.'], [{ id: 'reveal', label: 'Show in code' }]);

export const unknownCell = (layer: string): Problem =>
  new Problem(`The class of ${layer} is chosen at run time.`, ['Expected a class that the text names, such as nn.LSTM. Bind a checkpoint: its tensors say which cell it is.'],
    [{ id: 'chooseWeights', label: 'Choose a checkpoint…' }]);

export const layerGone = (layer: string, file: string): Problem =>
  new Problem(`${layer} is no longer in ${file}.`, ['It was renamed or removed. Put the cursor on a layer and run Visualize LSTM again.'], [{ id: 'reveal', label: 'Show the file' }]);
