/** How Keras 3 (and tf.keras from 2.12) names the groups of its weight files: by class, counted in the order of the config. */

/** `SimpleRNN` as `simple_rnn`, the way Keras does it. */
export function snakeCase(className: string): string {
  return className.replace(/\W+/g, '').replace(/(.)([A-Z][a-z]+)/g, '$1_$2').replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
}

/** `lstm`, `lstm_1` ... for members of one container, one after another. */
export function counted(): (className: string) => string {
  const used = new Map<string, number>();
  return className => {
    const name = snakeCase(className);
    const times = used.get(name) ?? 0;
    used.set(name, times + 1);
    return times === 0 ? name : `${name}_${times}`;
  };
}

/** `kernel` of `lstm/lstm_cell/kernel:0`. */
export const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1).replace(/:\d+$/, '');

/** `custom>MyLSTM` or `keras.layers.LSTM` as `MyLSTM`, `LSTM`. */
export const plainClass = (className: string): string => className.slice(Math.max(className.lastIndexOf('>'), className.lastIndexOf('.')) + 1);

/** The name, or with `#2` behind it where it is taken. `taken` counts, so that thousands of one name take no longer than others. */
export function unique(name: string, taken: Map<string, number>): string {
  const times = taken.get(name) ?? 0;
  let free = name;
  for (let k = times + 1; taken.has(free); k++) free = `${name}#${k}`;
  taken.set(name, times + 1);
  if (free !== name) taken.set(free, 1);
  return free;
}
