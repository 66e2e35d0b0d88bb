/** The arithmetic of a layer's parameters, one line a layer of the stack, with symbols where sizes are unknown. */
import { saying } from '../../core/said';
import type { LayerSpec } from '../outline';
import { biasesPerUnit, blocksOf, extraBiases, layerSizes, ofCells } from './parameters';
import { sizesOf } from './shapes';
import { brief, operand, times, widest, type Size } from './size';
import { counted, inEnglish, type Tell } from './telling';

/** A taller stack shows its first layer and what each further one takes. */
const mostLines = 6;

/** `layer 0   2 × 4 × 128 × ( 64 + 128 + 2) = 198,656`; no lines where the cell is unknown. Where names are long, letters stand for them, as lines below say. */
export function parameterLines(spec: LayerSpec, tell: Tell = inEnglish): readonly string[] {
  if (blocksOf(spec) === null) return [];
  const written = lines(spec, tell);
  if (written.every(l => l.length <= widest)) return written;
  const short = { ...spec, symbols: {} };
  const [names, letters] = [sizesOf(spec), sizesOf(short)];
  const said = (['input', 'units', 'output'] as const).filter(size => names[size] !== letters[size]).map(size => `${letters[size]} = ${brief(String(names[size]))}`);
  return [...lines(short, tell), ...new Set(said)];
}

function lines(spec: LayerSpec, tell: Tell): readonly string[] {
  const { input, units, output, directions, layers } = sizesOf(spec);
  const later = ofCells(spec) ? units : times(directions, output);
  const known = layerSizes(spec);
  const single = layers === 1;
  const each = typeof layers !== 'number' || layers > mostLines;
  const count = single ? 1 : each ? 2 : layers;
  const inputs = Array.from({ length: Math.max(1, count) }, (_, k) => k === 0 ? input : later);
  const width = Math.max(...inputs.map(i => operand(i).length));
  const labels = inputs.map((_, k) => single ? '' : each && k === 1 ? tell(saying('others, each')) : tell(saying('layer {0}', k)));
  const labelled = single ? 0 : Math.max(...labels.map(l => l.length)) + 3;
  return inputs.map((size, k) => {
    const line = `${(labels[k] ?? '').padEnd(labelled)}${sum(spec, size, width, tell)}`;
    const total = known?.[k]?.parameters;
    return total === undefined ? line : `${line} = ${counted(total, tell)}`;
  });
}

function sum(spec: LayerSpec, input: Size, width: number, tell: Tell): string {
  const { units, output, directions: ways, projected } = sizesOf(spec);
  const directions = spec.options['sharedWeights'] === true ? 1 : ways;
  const biases = biasesPerUnit(spec);
  const bias = biases === null ? ` + ${tell(saying('biases'))}` : biases === 0 ? '' : ` + ${biases}`;
  const block = blocksOf(spec) ?? 1;
  const extra = extraBiases(spec) > 0 ? ` + ${operand(units)}` : '';
  const factors = [...(block === 1 ? [] : [String(block)]), operand(units)].join(' × ');
  const products = `${factors} × (${operand(input).padStart(width)} + ${operand(output)}${bias})`;
  const more = projected ? ` + ${operand(output)} × ${operand(units)}` : extra;
  const whole = more ? `(${products}${more})` : products;
  return directions === 1 ? (more ? whole.slice(1, -1) : whole) : `${operand(directions)} × ${whole}`;
}
