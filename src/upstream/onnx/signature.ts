/** What goes into a model and comes out, by its headers: names, element types and shapes. */
import type { Bytes } from '../../formats/format';
import { FORMAT } from '../../formats/onnx/model';
import { typeName } from '../../formats/onnx/tensor';
import { ProtoReader } from '../../formats/parts/protobuf';
import { pieces, textOf } from './wire';

/** A value's name and type; a dimension is a number where fixed, a name or null where free. */
export interface Typed {
  readonly name: string;
  readonly type: string;
  /** Absent where nothing is said of it. */
  readonly shape?: readonly (number | string | null)[];
}

export interface Signature { readonly inputs: readonly Typed[]; readonly outputs: readonly Typed[] }

const GRAPH = 7;
const INPUT = 11;
const OUTPUT = 12;

/** Walks the model's headers. @throws FormatError */
export async function signatureOf(bytes: Bytes): Promise<Signature> {
  const proto = new ProtoReader(bytes, FORMAT);
  const found = { inputs: [] as Typed[], outputs: [] as Typed[] };
  await proto.walk(0, bytes.size, async model => {
    if (model.number !== GRAPH || model.wire !== 2) return;
    await proto.walk(model.from, model.to, async field => {
      if (field.number === INPUT && field.wire === 2) found.inputs.push(typedOf(await proto.raw(field)));
      else if (field.number === OUTPUT && field.wire === 2) found.outputs.push(typedOf(await proto.raw(field)));
    });
  });
  return found;
}

/** A ValueInfoProto. @throws FormatError */
export function typedOf(raw: Uint8Array): Typed {
  const name = inside(raw, 1);
  const tensor = inside(inside(raw, 2), 1);
  const type = tensor ? [...pieces(tensor)].find(p => p.number === 1)?.value ?? 0 : 0;
  const shape = inside(tensor, 2);
  const dimensions = shape && [...pieces(shape)].filter(p => p.number === 1).map(p => dimension(p.content));
  return { name: name ? textOf(name) : '', type: typeName(type), ...(dimensions ? { shape: dimensions } : {}) };
}

function inside(raw: Uint8Array | undefined, number: number): Uint8Array | undefined {
  return raw && [...pieces(raw)].find(p => p.number === number && p.wire === 2)?.content;
}

function dimension(raw: Uint8Array): number | string | null {
  for (const { number, wire, value, content } of pieces(raw)) {
    if (number === 1 && wire === 0 && value > 0) return value;
    if (number === 2 && wire === 2 && content.length > 0) return textOf(content);
  }
  return null;
}
