// The few globals that Node, Web Workers and the extension hosts share. The pure rooms see these and neither DOM nor Node types.
// Declared only where no lib declares them (tsconfig.pure.json), so this file is excluded from the main project by its shape: all
// declarations are `declare var`/interfaces that merge with the real ones.
interface AbortSignal {
  readonly aborted: boolean;
  throwIfAborted(): void;
}
interface TextDecoder {
  decode(input?: ArrayBuffer | ArrayBufferView, options?: { readonly stream?: boolean }): string;
}
declare var TextDecoder: { new (label?: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean }): TextDecoder };
interface TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
}
declare var TextEncoder: { new (): TextEncoder };
declare var performance: { now(): number };
declare namespace WebAssembly {
  class Memory { constructor(size: { readonly initial: number; readonly maximum?: number; readonly shared?: boolean }); readonly buffer: ArrayBuffer }
  class Module { constructor(bytes: Uint8Array<ArrayBuffer>) }
  class Instance { constructor(module: Module, imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>); readonly exports: Readonly<Record<string, unknown>> }
  function validate(bytes: Uint8Array<ArrayBuffer>): boolean;
}
