/** Names of tensors as a person knows them: without the key that the weights lie under, and without what wrappers put before. */

/** Keys under which people keep a model's weights. Several of them in one file stay, since they tell apart. */
const WRAPPERS = /^(\w+_)?(state_?dict|state|model|models|net|network|module|weights|params|parameters|ema|checkpoint|best)(_?(state_?dict|state|ema|weights|params))?$/i;
/** What DataParallel and torch.compile put before every name. */
const PREFIXES = ['module.', '_orig_mod.'];
const MOST_WRAPPED = 8;

/** The common beginning of names to leave out, such as `state_dict.` or `0.module.`. `listed`: the root is a list, whose numbers say nothing. */
export function beginning(paths: readonly (readonly string[])[], listed: boolean): string {
  let under = paths;
  const keys: string[] = [];
  for (let depth = 0; depth < MOST_WRAPPED; depth++) {
    const dictionaries = [...new Set(under.filter(p => p.length > depth + 1).map(p => p[depth] ?? ''))];
    const wrappers = listed && depth === 0 ? dictionaries : dictionaries.filter(key => WRAPPERS.test(key));
    const [only] = wrappers;
    if (only === undefined || wrappers.length > 1) break;
    keys.push(only);
    under = under.filter(p => p.length > depth + 1 && p[depth] === only);
  }
  let prefix = keys.map(key => `${key}.`).join('');
  const names = under.map(p => p.join('.'));
  for (let k = 0; k < MOST_WRAPPED; k++) {
    const wrapper = PREFIXES.find(w => names.length > 0 && names.every(name => name.startsWith(w, prefix.length)));
    if (wrapper === undefined) break;
    prefix += wrapper;
  }
  return collides(paths, prefix) ? '' : prefix;
}

/** True where two tensors would end up with one name. */
function collides(paths: readonly (readonly string[])[], prefix: string): boolean {
  const names = paths.map(path => without(path.join('.'), prefix));
  return new Set(names).size < names.length;
}

export const without = (name: string, prefix: string): string => (name.startsWith(prefix) ? name.slice(prefix.length) : `${name}.`.startsWith(prefix) ? '' : name);
