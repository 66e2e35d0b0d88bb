/** What is compared: ready-made sets of cells, and the person's own; kept as plain words. Pure. */
import { MAIN, type Scene, type SceneBeside, type Training } from '../../../src/protocol';
import type { ColumnAsk, CompareAsk } from '../../../src/questions/compare';
import { l10n } from '../../l10n';
import { levelOf, ownOf, type State } from '../../state';
import { keptOf } from '../../whatIf/kept';

export const VIEW = 'compare';

/** A column as it is kept: `run:main`, `run:beside:GRU`, `cell:gru`. */
export type ColumnWord = `run:${string}` | `cell:${string}`;

export interface Choice {
  readonly id: string;
  readonly label: string;
  readonly columns: readonly ColumnWord[];
  /** Width of a made-up input, and the tanh units whose parameters the others match. */
  readonly inputs?: number;
  readonly units?: number;
}

const FAMILIES: readonly (readonly [family: string, cell: string])[] = [['RNN', 'rnn'], ['GRU', 'gru'], ['LSTM', 'lstm']];
const OWN = 'own';
/** What is shown, before what if changed it. */
export const BASELINE: ColumnWord = 'run:baseline';
export const MOST_COLUMNS = 4;

/** The sets that this scene allows, the first one chosen to begin with. */
export function choicesOf(state: State): readonly Choice[] {
  const { scene } = state, { on, changes } = keptOf(state);
  const name = levelOf(state)?.cell ?? '';
  const others = FAMILIES.map(([family, cell]): ColumnWord => (family === name ? `run:${MAIN}` : `cell:${cell}`));
  const layer = FAMILIES.some(([family]) => family === name) ? others : [`cell:rnn`, `run:${MAIN}`, `cell:lstm`] as const;
  const chung: readonly ColumnWord[] = ['cell:rnn', 'cell:gruResetBefore', 'cell:lstmPeephole'];
  return [
    ...(scene?.beside?.length ? [{ id: 'beside', label: trainedAlike(scene) ? l10n('examples, trained alike') : l10n('checkpoints beside one another'), columns: inOrder(scene, name) }] : []),
    ...(on && changes.length > 0 ? [{ id: 'changed', label: l10n('changed and baseline'), columns: [`run:${MAIN}`, BASELINE] as const }] : []),
    { id: 'layer', label: l10n('this layer, and others untrained'), columns: layer },
    { id: 'start', label: l10n('all untrained, same rule and seed'), columns: FAMILIES.map(([, cell]): ColumnWord => `cell:${cell}`) },
    { id: 'chungMusic', label: l10n('sizes of Chung et al. 2014, music (100 inputs)'), columns: chung, inputs: 100, units: 100 },
    { id: 'chungSpeech', label: l10n('sizes of Chung et al. 2014, speech (20 inputs)'), columns: chung, inputs: 20, units: 400 },
  ];
}

/** The one that is shown first in the order RNN, GRU, LSTM, other; what has the same name stays in the order it came. */
function inOrder({ beside = [] }: Scene, shown: string): ColumnWord[] {
  const place = (cell: string): number => { const k = FAMILIES.findIndex(([family]) => family === cell); return k < 0 ? FAMILIES.length : k; };
  const all: { word: ColumnWord; cell: string }[] = [{ word: `run:${MAIN}`, cell: shown }, ...beside.map(b => ({ word: `run:${b.run}` as const, cell: b.levels.at(-1)?.cell ?? '' }))];
  return all.sort((a, b) => place(a.cell) - place(b.cell)).slice(0, MOST_COLUMNS).map(c => c.word);
}

/** The set that is shown: as kept where it still fits the scene. */
export function chosen(state: State): Choice {
  const all = choicesOf(state);
  const { choice, columns } = ownOf(state, VIEW);
  if (choice === OWN && isColumns(columns, state.scene)) return { id: OWN, label: l10n('chosen by you'), columns };
  return all.find(c => c.id === choice) ?? all[0]!;
}

function isColumns(value: unknown, scene: Scene | undefined): value is readonly ColumnWord[] {
  const known = new Set([MAIN, BASELINE.slice(4), ...(scene?.beside ?? []).map(b => b.run)]);
  return Array.isArray(value) && value.length > 0 && value.length <= MOST_COLUMNS
    && value.every(v => typeof v === 'string' && (/^cell:\w+$/.test(v) || (v.startsWith('run:') && known.has(v.slice(4)))));
}

/** What is to be kept when one column becomes another. */
export const withColumn = ({ columns }: Choice, place: number, word: ColumnWord): Readonly<Record<string, unknown>> =>
  ({ choice: OWN, columns: columns.map((c, k) => (k === place ? word : c)) });

/** Without changes, what is shown and its baseline are one. */
const once = (words: readonly string[]): readonly string[] => words.filter((w, k) => !w.startsWith('run:') || words.indexOf(w) === k);

/** How layers begin, by framework; as PyTorch's where none is known, or one that only runs layers of others. */
const RULES: ReadonlyMap<string | undefined, CompareAsk['rule']> = new Map([
  ['keras', 'keras'], ['tensorflow', 'keras'], ['tensorflow1', 'keras'], ['tfjs', 'tfjs'], ['flax', 'flax'], ['nnx', 'flax'], ['haiku', 'haiku'],
]);

/** How cells without weights begin beside the layer that is shown: as its framework begins. */
export const ruleOf = (scene: Scene | undefined): CompareAsk['rule'] => RULES.get(scene?.framework) ?? 'pytorch';

/** The question that the choice stands for. */
export function askOf(state: State, choice: Choice): CompareAsk {
  const { level, direction } = state.selection;
  const invented = state.scene?.weights.invented;
  const tanh = choice.units !== undefined && choice.inputs !== undefined ? { inputs: choice.inputs, budget: choice.units * (choice.inputs + choice.units + 1) } : {};
  return {
    level, direction, rule: ruleOf(state.scene), seed: invented?.seed ?? 7,
    columns: once(choice.columns.map(word => (word === `run:${MAIN}` ? `run:${state.run}` : word === BASELINE ? `run:${MAIN}` : word)))
      .map((word): ColumnAsk => (word.startsWith('run:') ? { run: word.slice(4) } : { cell: word.slice(5) })),
    ...tanh,
  };
}

/** What stands beside the scene under a run; undefined for the one that is shown and for what was made to be compared. */
export const besideOf = (scene: Scene | undefined, run: string): SceneBeside | undefined => scene?.beside?.find(b => b.run === run);

/** What is known of the training behind a column. */
export function trainingOf(scene: Scene | undefined, run: string, shown: string): Training | undefined {
  return run === shown || run === MAIN ? scene?.training : besideOf(scene, run)?.training;
}

/** True where all say that they were trained with the same updates, batches, optimiser and initialisation. */
export function alike(trainings: readonly (Training | undefined)[]): boolean {
  const [first] = trainings;
  if (!first || first.updates === undefined || first.optimiser === undefined || trainings.length < 2) return false;
  return trainings.every(t => t && (['updates', 'optimiser', 'initialisation', 'batch', 'seed'] as const).every(key => t[key] === first[key]));
}

const trainedAlike = (scene: Scene): boolean => alike([scene.training, ...(scene.beside ?? []).map(b => b.training)]);
