/**
 * What goes wrong for a person, in one place: what was expected, what was found, what to do.
 * A Problem carries its parts, so that the panel, a message and the command line can each show it their way.
 */
import { Cancelled } from './core/pace';
import { l10n, term } from './l10n';
import type { Action } from './protocol';

export class Problem extends Error {
  constructor(readonly title: string, readonly lines: readonly string[] = [], readonly actions: readonly Action[] = []) {
    super([title, ...lines].join(' '));
    this.name = 'Problem';
  }
}

const otherWeights = (): Action => ({ id: 'chooseWeights', label: l10n('Choose another checkpoint…') });
const randomWeights = (): Action => ({ id: 'randomWeights', label: l10n('Use random weights') });
const otherInput = (): Action => ({ id: 'chooseInput', label: l10n('Choose another input…') });
const editBinding = (): Action => ({ id: 'binding', label: l10n('Edit binding…') });

/** What the engine says when it was cancelled; over a wire only the message comes through. */
const stopped = new Cancelled().message;

/** Any thrown value as a Problem; what was not foreseen keeps its own message. */
export function asProblem(error: unknown, doing: string): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof Error && error.message === stopped) return new Problem(l10n('Stopped.'), [l10n('What was shown before stays.')], [{ id: 'reload', label: l10n('Run again') }]);
  return new Problem(doing, [term(error instanceof Error ? error.message : String(error))], [editBinding()]);
}

export const doesNotFit = (file: string, layer: string, mismatch: string): Problem =>
  new Problem(l10n('{0} does not fit {1}.', file, layer), [mismatch], [otherWeights(), randomWeights()]);

export const noLayerIn = (file: string, found: string): Problem =>
  new Problem(l10n('No recurrent layer in {0}.', file),
    [l10n('Found {0}.', found), l10n('Expected tensors named as PyTorch (weight_ih_l0, weight_hh_l0 …), Keras, TensorFlow, Flax, Haiku or Equinox name them, a Keras model with a recurrent layer, or an ONNX LSTM, GRU or RNN node. Tensors with other names can be bound by hand.')],
    [editBinding(), otherWeights()]);

export const noSuchStack = (file: string, wanted: string, found: readonly string[]): Problem =>
  new Problem(l10n('{0} has no recurrent layer named {1}.', file, wanted), [found.length ? l10n('Found {0}.', found.join(', ')) : l10n('Found none.')], [editBinding(), otherWeights()]);

export const noSuchTensor = (file: string, wanted: string): Problem =>
  new Problem(l10n('{0} has no tensor named {1}.', file, wanted), [l10n('It may have been saved again since it was bound.')], [editBinding()]);

export const cannotOpen = (file: string, why: string): Problem =>
  new Problem(l10n('{0} could not be opened.', file), [why], [{ id: 'reload', label: l10n('Try again') }, otherWeights(), otherInput()]);

export const wrongWidth = (input: string, found: number, layer: string, expected: number, columns: readonly string[] | undefined): Problem =>
  new Problem(l10n('{0} does not fit {1}.', input, layer), [
    expected === 1 ? l10n('Expected 1 number a step (the layer\'s input size), found {0}.', found) : l10n('Expected {0} numbers a step (the layer\'s input size), found {1}.', expected, found),
    columns && columns.length > 0 ? l10n('Its columns: {0}.', `${columns.slice(0, 24).join(', ')}${columns.length > 24 ? ' …' : ''}`) : '',
  ].filter(Boolean), columns && found > expected ? [{ id: 'chooseColumns', label: l10n('Choose columns…') }, otherInput()] : [otherInput()]);

export const nothingBefore = (layer: string, file: string): Problem =>
  new Problem(l10n('Nothing of {0} can be run before {1}.', file, layer), [l10n('The layer reads the model\'s own input, or the file does not hold what stands before it. Give what the layer itself reads.')], [otherInput()]);

export const graphNotRun = (file: string): Problem =>
  new Problem(l10n('{0} was not run.', file), [l10n('What stands before the layer has to be run to know what reaches it, and that was not allowed in this workspace.')], [{ id: 'reload', label: l10n('Ask again') }, otherInput()]);

export const notReached = (layer: string, reached: readonly string[]): Problem =>
  new Problem(l10n('{0} is not run for this input.', layer), [reached.length > 0 ? l10n('The model takes other branches, and comes by {0}.', reached.join(', ')) : l10n('The model takes branches without a recurrent layer.')],
    [...reached.slice(0, 3).map(name => ({ id: `show:${name}`, label: l10n('Show {0}', name) })), otherInput()]);

export const emptyInput = (input: string): Problem =>
  new Problem(l10n('{0} is empty.', input), [l10n('Expected at least one step.')], [otherInput()]);

export const noEncoder = (input: string, vocabulary: number, inputSize: number): Problem =>
  new Problem(l10n('{0} is text, and it is not known how to turn its characters into the layer\'s input.', input), [
    l10n('The vocabulary has {0} characters and the layer takes {1} numbers a step.', vocabulary, inputSize),
    l10n('One-hot needs the two to be equal; otherwise bind an embedding tensor [vocabulary, input size] as the encoder.'),
  ], [{ id: 'edit:encoder', label: l10n('Choose an encoder…') }, otherInput()]);

export const noVocabulary = (input: string): Problem =>
  new Problem(l10n('{0} is text, and no vocabulary is bound.', input), [l10n('Expected a JSON list of characters, or a map from character to index.')],
    [{ id: 'edit:vocabulary', label: l10n('Choose a vocabulary…') }, otherInput()]);

export const encoderShape = (tensor: string, shape: readonly number[], inputSize: number): Problem =>
  new Problem(l10n('{0} cannot be the encoder.', tensor), [l10n('Expected an embedding of shape [vocabulary, {0}], found [{1}].', inputSize, shape.join(', '))],
    [{ id: 'edit:encoder', label: l10n('Choose an encoder…') }]);

export const noUnits = (layer: string): Problem =>
  new Problem(l10n('{0} has 0 units.', layer), [l10n('A recurrent layer needs at least one.')], [{ id: 'reveal', label: l10n('Show in code') }]);

export const unknownCell = (layer: string): Problem =>
  new Problem(l10n('The class of {0} is chosen at run time.', layer), [l10n('Expected a class that the text names, such as nn.LSTM. Bind a checkpoint: its tensors say which cell it is.')],
    [{ id: 'chooseWeights', label: l10n('Choose a checkpoint…') }]);

export const layerGone = (layer: string, file: string): Problem =>
  new Problem(l10n('{0} is no longer in {1}.', layer, file), [l10n('It was renamed or removed. Put the cursor on a layer and run Visualize LSTM again.')], [{ id: 'reveal', label: l10n('Show the file') }]);
