/** The arithmetic of a layer's parameters, one line a layer of the stack, with symbols where sizes are unknown. */
import type { LayerSpec } from './outline';
import { biasesPerUnit, blocks, layerSizes } from './parameters';
import { sizesOf } from './shapes';
import { grouped, operand, times, type Size } from './size';

/** A taller stack shows its first layer and what each further one takes. */
const mostLines = 6;

/** `layer 0   2 × 4 × 128 × ( 64 + 128 + 2) = 198,656`; no lines where the cell is unknown. */
export function parameterLines(spec: LayerSpec): readonly string[] {
  const { cell } = spec;
  if (cell === null) return [];
  const { input, units, output, directions, layers } = sizesOf(spec);
  const later = spec.framework === 'keras' ? units : times(directions, output);
  const known = layerSizes(spec);
  const single = layers === 1;
  const each = typeof layers !== 'number' || layers > mostLines;
  const count = single ? 1 : each ? 2 : layers;
  const inputs = Array.from({ length: Math.max(1, count) }, (_, k) => k === 0 ? input : later);
  const width = Math.max(...inputs.map(i => operand(i).length));
  return inputs.map((size, k) => {
    const label = single ? '' : each && k === 1 ? 'others, each   ' : `layer ${k}   `;
    const line = `${each && !single ? label.padEnd(15) : label}${sum(spec, size, width)}`;
    const total = known?.[k]?.parameters;
    return total === undefined ? line : `${line} = ${grouped(total)}`;
  });
}

function sum(spec: LayerSpec, input: Size, width: number): string {
  const { units, output, directions, projected } = sizesOf(spec);
  const biases = biasesPerUnit(spec);
  const bias = biases === null ? ' + biases' : biases === 0 ? '' : ` + ${biases}`;
  const block = spec.cell === null ? 1 : blocks[spec.cell];
  const factors = [...(block === 1 ? [] : [String(block)]), operand(units)].join(' × ');
  const products = `${factors} × (${operand(input).padStart(width)} + ${operand(output)}${bias})`;
  const whole = projected ? `(${products} + ${operand(output)} × ${operand(units)})` : products;
  return directions === 1 ? (projected ? whole.slice(1, -1) : whole) : `${operand(directions)} × ${whole}`;
}
