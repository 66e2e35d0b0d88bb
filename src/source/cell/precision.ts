/** Cells that their code runs in fewer digits: said with the equations, whose numbers have more. */
import { saying } from '../../core/said';
import { slice } from '../code/expression';
import type { Machine } from './machine';

/** In the class, or for all layers of the file. */
const own = /\.half\(|\.bfloat16\(|\b(bfloat16|float16)\b|\bmixed_(b?float16)\b|\b(fp16|bf16)\b/;
const everywhere = /set_global_policy\(\s*['"](mixed_)?b?float16|set_dtype_policy\(\s*['"](mixed_)?b?float16|set_floatx\(\s*['"]b?float16|set_default_dtype\(\s*torch\.(half|b?float16)|jax_default_dtype_bits/;

/** Says so where the text does. */
export function notePrecision(machine: Machine): void {
  const { text } = machine.module, code = slice(machine.cell.node, text).replace(/#[^\n]*|(["'])\1\1[\s\S]*?\1\1\1/g, '');
  if (own.test(code) || everywhere.test(text)) machine.note(saying('The code computes in 16 bits. Here all is computed in 32 or 64, so that numbers differ in the third digit.'));
}
