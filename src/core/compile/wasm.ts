/** Just enough of a WebAssembly assembler: functions of i32 and v128 values over one imported memory. The binary format: webassembly.github.io/spec. */

export type ValueType = 'i32' | 'i64' | 'v128';

const TYPES: Readonly<Record<ValueType, number>> = { i32: 0x7f, i64: 0x7e, v128: 0x7b };

/** Instructions without operands, by name. Two-byte numbers above 0xff are SIMD opcodes. */
const PLAIN = {
  'i32.add': [0x6a], 'i32.sub': [0x6b], 'i32.mul': [0x6c], 'i32.and': [0x71], 'i32.lt_u': [0x49], 'i32.lt_s': [0x48], 'i32.gt_s': [0x4a], select: [0x1b], drop: [0x1a], unreachable: [0x00],
  /** Threads: on 32-bit numbers in shared memory. */
  'atomic.load': [0xfe, 0x10, 2, 0], 'atomic.add': [0xfe, 0x1e, 2, 0], 'atomic.wait': [0xfe, 0x01, 2, 0],
  'i32.load': [0x28, 2, 0], 'i32.store': [0x36, 2, 0],
  'i32x4.shl': simd(0xab), 'i32x4.shr_s': simd(0xac), 'i32x4.add': simd(0xae), 'i32x4.sub': simd(0xb1),
  'f32x4.convert': simd(0xfa),
  'f32x4.add': simd(0xe4), 'f32x4.sub': simd(0xe5), 'f32x4.mul': simd(0xe6), 'f32x4.div': simd(0xe7), 'f32x4.min': simd(0xe8), 'f32x4.max': simd(0xe9),
  'f32x4.pmin': simd(0xea), 'f32x4.pmax': simd(0xeb), 'f32x4.abs': simd(0xe0), 'f32x4.neg': simd(0xe1), 'f32x4.sqrt': simd(0xe3),
  'f32x4.eq': simd(0x41), 'f32x4.lt': simd(0x43), 'f32x4.gt': simd(0x44),
  'v128.and': simd(0x4e), 'v128.andnot': simd(0x4f), 'v128.bitselect': simd(0x52),
  /** Relaxed SIMD: a b + c, rounded once or twice as the machine likes; once wherever it validates and the machine has FMA. */
  'f32x4.madd': simd(0x105),
} as const;

export type Plain = keyof typeof PLAIN;

function simd(opcode: number): readonly number[] {
  return [0xfd, ...unsigned(opcode)];
}

/** LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ;) {
    const low = rest & 0x7f;
    rest >>>= 7;
    if (rest === 0) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value | 0; ;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

/** One function being written. Locals are numbers; parameters come first. */
export class WasmFunction {
  private readonly code: number[] = [];
  private readonly locals: ValueType[] = [];

  constructor(readonly index: number, readonly name: string, readonly params: readonly ValueType[]) {}

  local(type: ValueType): number {
    return this.params.length + this.locals.push(type) - 1;
  }

  op(...names: readonly Plain[]): this {
    for (const name of names) for (const byte of PLAIN[name]) this.code.push(byte);
    return this;
  }

  get(local: number): this { return this.coded(0x20, local); }
  set(local: number): this { return this.coded(0x21, local); }
  tee(local: number): this { return this.coded(0x22, local); }

  i32(value: number): this {
    this.code.push(0x41, ...signed(value));
    return this;
  }

  /** A small whole number. */
  i64(value: number): this {
    this.code.push(0x42, ...signed(value));
    return this;
  }

  /** `offset` is added to the address on the stack. */
  load(offset = 0): this { return this.access(0x00, 4, offset); }
  store(offset = 0): this { return this.access(0x0b, 4, offset); }
  /** Loads a float32 into all four lanes. */
  splat(offset = 0): this { return this.access(0x09, 2, offset); }

  /** Four zeros. */
  zero(): this {
    this.code.push(0xfd, 0x0c);
    for (let k = 0; k < 16; k++) this.code.push(0);
    return this;
  }

  /** Reorders the lanes of local `local` and puts them on the stack. */
  lanes(local: number, order: readonly number[]): this {
    this.get(local).get(local).code.push(0xfd, ...unsigned(0x0d));
    for (const lane of order) for (let k = 0; k < 4; k++) this.code.push(lane * 4 + k);
    return this;
  }

  call(f: WasmFunction): this { return this.coded(0x10, f.index); }

  /** Runs `body` until it leaves 0 on the stack; at least once. */
  loop(body: () => void): this {
    this.code.push(0x03, 0x40);
    body();
    this.code.push(0x0d, 0x00, 0x0b);
    return this;
  }

  /** Runs `body` where the value on the stack is not 0. */
  when(body: () => void, otherwise?: () => void): this {
    this.code.push(0x04, 0x40);
    body();
    if (otherwise) {
      this.code.push(0x05);
      otherwise();
    }
    this.code.push(0x0b);
    return this;
  }

  body(): number[] {
    const locals = this.locals.map(t => [1, TYPES[t]]);
    const bytes = [...unsigned(locals.length), ...locals.flat()];
    for (const byte of this.code) bytes.push(byte);
    bytes.push(0x0b);
    return bytes;
  }

  private coded(opcode: number, operand: number): this {
    this.code.push(opcode, ...unsigned(operand));
    return this;
  }

  private access(opcode: number, align: number, offset: number): this {
    this.code.push(0xfd, ...unsigned(opcode), align, ...unsigned(offset));
    return this;
  }
}

/** A module that imports `m.memory`, shared with other threads or not, and exports every function by its name. */
export class WasmModule {
  private readonly functions: WasmFunction[] = [];

  constructor(private readonly shared = false) {}

  function(name: string, params: readonly ValueType[]): WasmFunction {
    const f = new WasmFunction(this.functions.length, name, params);
    this.functions.push(f);
    return f;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const bytes: number[] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
    section(bytes, 1, this.functions.map(f => [0x60, ...list(f.params.map(t => [TYPES[t]])), 0]));
    section(bytes, 2, [[...text('m'), ...text('memory'), 0x02, ...(this.shared ? [0x03, 0x01, ...unsigned(MOST_PAGES)] : [0x00, 0x01])]]);
    section(bytes, 3, this.functions.map(f => unsigned(f.index)));
    section(bytes, 7, this.functions.map(f => [...text(f.name), 0x00, ...unsigned(f.index)]));
    section(bytes, 10, this.functions.map(f => { const body = f.body(); return [...unsigned(body.length), ...body]; }));
    return Uint8Array.from(bytes);
  }
}

/** 4 GB. */
const MOST_PAGES = 65536;

function list(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function section(bytes: number[], id: number, items: readonly (readonly number[])[]): void {
  const content = list(items);
  bytes.push(id, ...unsigned(content.length));
  for (const byte of content) bytes.push(byte);
}

/** ASCII only. */
function text(name: string): number[] {
  return [...unsigned(name.length), ...Array.from(name, c => c.charCodeAt(0))];
}
