/** Which dotted paths lead to a Keras layer. */

/** keras, tf.keras, tensorflow.compat.v1.keras, tf_keras, keras.src ... with `layers` somewhere behind. */
const path = /^(\?\.)?((tf|tensorflow)(\.compat\.v[12])?(\.python)?\.)?(tf_keras|keras)(\.(api|src|_tf_keras|keras|v2))*\.(layers(\.\w+)*|models|\w*Sequential|Input)(\.(\w+))?$/;
const loose = /^\?\.layers\.(\w+)$/;

/** The class a path names: `LSTM`, `Sequential`, `Input`; undefined where it is not of Keras. */
export function kerasClass(dotted: string): string | undefined {
  return loose.exec(dotted)?.[1] ?? (path.test(dotted) ? dotted.slice(dotted.lastIndexOf('.') + 1) : undefined);
}
