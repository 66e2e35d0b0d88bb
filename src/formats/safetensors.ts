/** Safetensors: a JSON header, then raw tensors; read by ranges. */
import { FormatError, type Bytes, type Checkpoint, type Format, type TensorRef, type Trace } from './format';
import { stacksOf } from './layers';
import { printable, readExactly } from './parts/checked';
import { sizeOf, toFloat32 } from './parts/numbers';
import { looksLikeSafetensors, readHeader, type Entry } from './parts/safetensorsHeader';
import { isTrace, traceOf } from './trace';

export const safetensors: Format = {
  id: 'safetensors',
  title: 'safetensors',
  extensions: ['safetensors'],
  match: head => looksLikeSafetensors(head),
  open: openSafetensors,
};

/** Opens by header alone; a file that we recorded is a trace whatever its name. @throws FormatError */
export async function openSafetensors(bytes: Bytes): Promise<Checkpoint | Trace> {
  const header = await readHeader(bytes);
  if (isTrace(header)) return traceOf(bytes, header);
  const tensors = header.entries.map(entry => tensorOf(bytes, entry));
  return { kind: 'checkpoint', format: 'safetensors', tensors, metadata: header.metadata, stacks: stacksOf(tensors, bytes.name) };
}

function tensorOf(bytes: Bytes, { name, dtype, shape, from, to }: Entry): TensorRef {
  return {
    name, dtype, shape,
    read: async () => {
      if (sizeOf(dtype) === undefined) throw new FormatError('safetensors', `tensor "${printable(name)}" is of type ${printable(dtype)}, which is not read`, from);
      return toFloat32(dtype, await readExactly(bytes, 'safetensors', `tensor "${printable(name)}"`, from, to - from));
    },
  };
}
