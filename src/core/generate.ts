/** Sequences made by rule, to see how a cell answers: each says in words what it is, with its seed. */
import { random, type Random } from './random';
import type { Sequence } from './sequence';

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
}

type Fill = (data: Float32Array, steps: number, width: number, source: Random) => void;

function generator(id: string, label: string, purpose: string, fill: Fill, fixed?: { width: number; columns: readonly string[] }): SequenceGenerator {
  return {
    id, label, purpose, ...(fixed && { width: fixed.width }),
    make({ steps, width: asked, seed }) {
      const width = fixed?.width ?? asked;
      if (![steps, width, steps * width].every(isCount)) throw new Error(`A generated sequence needs at least 1 step of at least 1 number, found ${steps} steps of ${width}.`);
      const data = new Float32Array(steps * width);
      fill(data, steps, width, random(seed));
      const invented = `${label.toLowerCase()}, seed ${seed}`;
      return { steps, width, data, axis: 'steps', description: `${invented}, ${steps} step${steps === 1 ? '' : 's'}`, invented, notes: [], ...(fixed && { columns: fixed.columns }) };
    },
  };
}

/** Numbers that one generated sequence may hold. */
const MOST = 2 ** 28;

function isCount(n: number): boolean {
  return Number.isInteger(n) && n >= 1 && n <= MOST;
}

/** An impulse or step comes after a tenth of the sequence, so that the rest before it is seen too. */
const onset = (steps: number): number => Math.floor(steps / 10);

const impulse: Fill = (data, steps, width) => { data.fill(1, onset(steps) * width, (onset(steps) + 1) * width); };

const step: Fill = (data, steps, width) => { data.fill(1, onset(steps) * width); };

/** Five periods; each feature starts at a phase of its own. */
const sine: Fill = (data, steps, width, source) => {
  const phases = Array.from({ length: width }, (_, k) => k === 0 ? 0 : source.uniform());
  for (let t = 0; t < steps; t++) for (let k = 0; k < width; k++) data[t * width + k] = Math.sin(2 * Math.PI * (5 * t / steps + phases[k]!));
};

const noise: Fill = (data, _steps, _width, source) => { for (let k = 0; k < data.length; k++) data[k] = source.normal(); };

/** Values from U(0, 1), and a marker on one step of each half: the answer is the sum of the marked two. */
const adding: Fill = (data, steps, _width, source) => {
  for (let t = 0; t < steps; t++) data[2 * t] = source.uniform();
  const half = Math.max(1, Math.floor(steps / 2));
  data[2 * source.integer(half) + 1] = 1;
  if (steps > half) data[2 * (half + source.integer(steps - half)) + 1] = 1;
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
