/** What a framework's cells look like in code. A new one is a file in `frameworks` and a word in `classes.ts`. */
import type { Module, Scope } from '../code/scopes';
import type { CallExpression } from '../code/expression';
import type { Frame } from './frame';
import type { Machine } from './machine';
import type { CellFramework } from './spec';
import type { Given, Value } from './values';

/** A function of tensors. */
export type TensorFunction = (given: Given, machine: Machine) => Value;
/** What a class of layers makes, under the name that it has in the model. */
export type MakeModule = (given: Given, machine: Machine, path: string) => Value;

export interface Dialect {
  readonly id: CellFramework;
  /** The method that goes one step. */
  readonly step: string;
  /** Methods that make weights, in their order. */
  readonly makers: readonly string[];
  /** Whether a step returns the states first, and then the output. */
  readonly carryFirst: boolean;
  /** Whether a dotted path is the class that cells are made of. */
  isBase(path: string): boolean;
  /** The framework's word for what a dotted path names: `sigmoid` for `torch.sigmoid`; undefined where it is not the framework's. */
  word(path: string): string | undefined;
  readonly functions: ReadonlyMap<string, TensorFunction>;
  readonly modules: ReadonlyMap<string, MakeModule>;
  /** Calls that need more than their arguments' values; undefined for others. */
  readonly special?: (word: string, e: CallExpression, frame: Frame, machine: Machine, path: string) => Value | undefined;
  /** Methods that the base class has: `self.add_weight(...)`. */
  readonly inherited?: (name: string, e: CallExpression, frame: Frame, machine: Machine, path: string) => Value | undefined;
  /** What a layer without a name is called in the model, where that is not the attribute it is kept in. */
  readonly nameOf?: (word: string, given: Given, machine: Machine, path: string) => string;
  /** Names that files may have for a tensor; `order` counts tensors of its own layer, `given` is the name that the code gives it. */
  spellings(tensor: string, order: number, given: string | undefined): readonly string[];
  /** Whether a part of a weight that the constructor takes is a copy, which stays as it was when weights are loaded. */
  readonly partsAreCopies?: (module: Module) => boolean;
  /** Whether `v += w` changes the tensor itself, and so all that are parts of it. */
  readonly changesInPlace?: boolean;
  /** Layers that a class may be made of, and the sizes that their constructors take first. */
  readonly bases?: ReadonlyMap<string, MakeModule>;
  readonly baseSizes?: readonly string[];
  /** Whether classes of the file may be parts of a cell. */
  readonly hasParts?: boolean;
  /** Fields of a dataclass that stand in the class's body. */
  readonly hasFields?: boolean;
  /** What `build` is given beside the object. */
  readonly isShape?: (method: Scope, parameter: string) => boolean;
}
