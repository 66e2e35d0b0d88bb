/** Which classes of a file are cells: by what they are made of, by their name, and by what a step takes. */
import { slice } from '../code/expression';
import { lookup, type Module, type Scope } from '../code/scopes';
import { target } from '../code/target';
import type { Dialect } from './framework';
import { flax } from './frameworks/flax';
import { keras } from './frameworks/keras';
import { torch } from './frameworks/torch';

/** Frameworks whose cells are read; a new one is a file and a word here. */
const dialects: readonly Dialect[] = [torch, keras, flax];

/** Classes that are cells by their name, also where others are made of them. */
export const byName = /cell|rnn|lstm|gru|recurrent/i;

/** What a step may call its states, and its input. */
export const stateLike = /^[hcsmr]$|^[hcsm](x|y|_?(t|prev|tm1|\d|old|last|in|n|minus|pre|cur|current))+$|hidden|states?$|^states?|carry|prev|memory|last|recurrent|cell|^hc$|^hx/i;
export const inputLike = /^(x|input|inputs|inp|xt|x_t|x_in|input_|emb|embedded|features?)$/i;

/** The frameworks that a class may be of: in a fragment, `nn.Module` is PyTorch's and Flax's. */
export function dialectsOf(scope: Scope, module: Module): readonly Dialect[] {
  const bases = basePaths(scope, module);
  return dialects.filter(d => bases.some(path => d.isBase(path)));
}

/** Dotted paths of the bases, also of bases in the same file. */
function basePaths(scope: Scope, module: Module, depth = 0): readonly string[] {
  return scope.bases.flatMap(base => {
    const own = lookup(slice(base, module.text), scope.parent ?? scope).at(-1);
    if (own?.kind === 'class') return own.body === scope || depth > 4 ? [] : basePaths(own.body, module, depth + 1);
    return target(module.expression(base), scope.parent ?? scope, module).paths;
  });
}
