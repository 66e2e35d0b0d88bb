/** A recurrent layer that stands before another, run by the engine. */
import { running } from '../../core/engine';
import type { Level } from '../../core/layer';
import { merged } from '../../core/merge';
import { drive } from '../../core/pace';
import { FormatError, type LevelRef } from '../../formats/format';
import { field, record } from '../../formats/keras/json';
import type { ModelLayer } from '../../formats/keras/model';
import { isOn } from './config';
import { lastAxis, type Values } from './values';

/** All steps, or what each direction gives last. @throws FormatError for what is not run here */
export async function runRecurrent({ name, className, config }: ModelLayer, x: Values, ref: LevelRef, signal: AbortSignal | undefined): Promise<Values> {
  const inner = record(field(record(field(config, 'layer')), 'config'));
  const own = { ...config, ...inner };
  if (isOn(own, 'go_backwards', false)) throw new FormatError('keras', `layer ${name} goes backwards and stands before the layer to be shown: its order of steps is not run here`);
  if (x.shape.length !== 2 || lastAxis(x) !== ref.inputSize) throw new FormatError('keras', `layer ${name} should read [steps, ${ref.inputSize}], but gets [${x.shape.join(', ')}]`);
  const level = await ref.load();
  const steps = x.shape[0]!;
  const trace = await drive(running({ name, levels: [level] }, Float32Array.from(x.data), steps, { record: [], mask: x.mask }), { ...(signal ? { signal } : {}) });
  const outputs = trace.levels[0]!.directions.map(d => d.output);
  if (!isOn(own, 'return_sequences', false)) return lastOnes(level, outputs, steps);
  // Bidirectional gives zeros for steps that do not count; a layer alone repeats what it gave before.
  const zero = className === 'Bidirectional' || isOn(own, 'zero_output_for_mask', false);
  return allSteps(level, zero && x.mask ? outputs.map(o => blanked(o, x.mask!)) : outputs, steps, x.mask);
}

function allSteps(level: Level, outputs: readonly Float32Array[], steps: number, mask: Uint8Array | undefined): Values {
  const data = Float64Array.from(merged(level, outputs, steps));
  return { shape: [steps, data.length / steps], data, mask };
}

function blanked(output: Float32Array, mask: Uint8Array): Float32Array {
  const units = output.length / mask.length;
  return output.map((v, k) => (mask[Math.floor(k / units)] ? v : 0));
}

/** The reverse direction ends at the first step. */
function lastOnes(level: Level, outputs: readonly Float32Array[], steps: number): Values {
  const last = outputs.map((o, k) => {
    const units = o.length / steps;
    const at = level.directions[k]!.direction === 'reverse' ? 0 : steps - 1;
    return o.slice(at * units, (at + 1) * units);
  });
  const data = Float64Array.from(merged(level, last, 1));
  return { shape: [data.length], data };
}
