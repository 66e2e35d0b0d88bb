/** Sequences made by rule, to see how a cell answers: each says in words what it is, with its seed. */
import { random, randomTape } from './random';
import type { RowReader, RowSource, Sequence } from './sequence';

export interface GeneratorOptions {
  readonly steps: number;
  /** Numbers a step; a generator with a fixed width ignores it. */
  readonly width: number;
  readonly seed: number;
}

export interface SequenceGenerator {
  /** `impulse`, `adding`: what people type. */
  readonly id: string;
  /** `Adding problem` */
  readonly label: string;
  /** One sentence on what it shows. */
  readonly purpose: string;
  /** Where only one width makes sense. */
  readonly width?: number;
  /** @throws Error where steps or width are not whole numbers of at least 1 */
  make(options: GeneratorOptions): Sequence;
  /** Its rows by window: the same numbers as `make`, whatever was read before. */
  reader(options: GeneratorOptions): RowReader;
}

/** Fills `out` [to - from, width] with rows [from, to), in any order of calls. */
type Fill = (out: Float32Array, from: number, to: number) => void;
type Rule = (options: GeneratorOptions) => Fill;

/** Sequences of more numbers are made again whenever they are read, window by window. */
export const MOST_HELD = 2 ** 22;

function generator(id: string, label: string, purpose: string, rule: Rule, fixed?: { width: number; columns: readonly string[] }): SequenceGenerator {
  const reader = (options: GeneratorOptions): RowReader => {
    const width = fixed?.width ?? options.width;
    const fill = rule({ ...options, width });
    return (from, to) => {
      const rows = new Float32Array((to - from) * width);
      fill(rows, from, to);
      return rows;
    };
  };
  return {
    id, label, purpose, ...(fixed && { width: fixed.width }), reader,
    make({ steps, width: asked, seed }) {
      const width = fixed?.width ?? asked;
      if (![steps, width, steps * width].every(isCount)) throw new Error(`A generated sequence needs at least 1 step of at least 1 number, found ${steps} steps of ${width}.`);
      const held = steps * width <= MOST_HELD;
      const data: RowSource = held ? reader({ steps, width, seed })(0, steps) : { kind: 'generated', generator: id, steps, seed };
      const invented = `${label.toLowerCase()}, seed ${seed}`;
      return { steps, width, data, axis: 'steps', description: `${invented}, ${steps} step${steps === 1 ? '' : 's'}`, invented, notes: [], ...(fixed && { columns: fixed.columns }) };
    },
  };
}

/** Numbers that one generated sequence may have. */
const MOST = 2 ** 40;

function isCount(n: number): boolean {
  return Number.isInteger(n) && n >= 1 && n <= MOST;
}

/** An impulse or step comes after a tenth of the sequence, so that the rest before it is seen too. */
const onset = (steps: number): number => Math.floor(steps / 10);

const impulse: Rule = ({ steps, width }) => (out, from, to) => {
  const at = onset(steps) - from;
  if (at >= 0 && at < to - from) out.fill(1, at * width, (at + 1) * width);
};

const step: Rule = ({ steps, width }) => (out, from) => { out.fill(1, Math.max(0, onset(steps) - from) * width); };

/** Five periods; each feature starts at a phase of its own. */
const sine: Rule = ({ steps, width, seed }) => {
  const source = random(seed);
  const phases = Array.from({ length: width }, (_, k) => k === 0 ? 0 : source.uniform());
  return (out, from, to) => {
    for (let t = from; t < to; t++) for (let k = 0; k < width; k++) out[(t - from) * width + k] = Math.sin(2 * Math.PI * (5 * t / steps + phases[k]!));
  };
};

const noise: Rule = ({ width, seed }) => {
  const tape = randomTape(seed);
  return (out, from) => {
    const source = tape(2 * width * from);
    for (let k = 0; k < out.length; k++) out[k] = source.normal();
  };
};

/** Values from U(0, 1), and a marker on one step of each half: the answer is the sum of the marked two. */
const adding: Rule = ({ steps, seed }) => {
  const tape = randomTape(seed);
  const half = Math.max(1, Math.floor(steps / 2));
  const last = tape(steps);
  const marked = [last.integer(half), ...(steps > half ? [half + last.integer(steps - half)] : [])];
  return (out, from, to) => {
    const source = tape(from);
    for (let t = 0; t < to - from; t++) out[2 * t] = source.uniform();
    for (const t of marked) if (t >= from && t < to) out[2 * (t - from) + 1] = 1;
  };
};

export const generators: readonly SequenceGenerator[] = [
  generator('impulse', 'Impulse', 'One step of ones: how long does the cell remember it?', impulse),
  generator('step', 'Step', 'Zeros, then ones: where do the gates settle?', step),
  generator('sine', 'Sine', 'Five periods: which units follow, which lag?', sine),
  generator('noise', 'Noise', 'Independent normal numbers: what do the gates do without any pattern?', noise),
  generator('adding', 'Adding problem', 'Two of many numbers are marked and must be kept (Hochreiter & Schmidhuber 1997).', adding, { width: 2, columns: ['value', 'marker'] }),
];

/** The generator with this id. @throws Error that names the known ones */
export function generatorById(id: string): SequenceGenerator {
  const found = generators.find(g => g.id === id);
  if (!found) throw new Error(`No generated sequence is called "${id}"; known are ${generators.map(g => g.id).join(', ')}.`);
  return found;
}
