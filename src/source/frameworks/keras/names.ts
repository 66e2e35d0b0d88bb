/** Which dotted paths lead to a Keras layer. */

/** keras, tf.keras, tensorflow.compat.v1.keras, tf_keras, keras.src, tf.contrib.keras, tensorflow_core.python.keras ... with `layers` somewhere behind. */
const path = /^(\?\.)?((tf|tensorflow(?:_core)?)(\.compat\.v[12])*(\.(python|contrib|_api\.v[12]))*\.)?(tf_keras|keras_core|keras)(\.(api|src|_tf_keras|keras|v[12]|_v[12]|legacy|python))*\.(layers(\.\w+)*|models|engine|\w*Sequential|Input)(\.(\w+))?$/;
/** A `keras` that another module hands on, `from .backend import keras`; some libraries have a package of that name with layers of their own. */
const handedOn = /^(?!(tf|tensorflow|tensorflow_core|bigdl|zoo)\.)\.*(\w+\.)*\w*\.keras\.(layers|models)(\.\w+)+$/;
const loose = /^\?\.layers\.(\w+)$/;

/** The class a path names: `LSTM`, `Sequential`, `Input`; undefined where it is not of Keras. */
export function kerasClass(dotted: string): string | undefined {
  return loose.exec(dotted)?.[1] ?? (path.test(dotted) || handedOn.test(dotted) ? dotted.slice(dotted.lastIndexOf('.') + 1) : undefined);
}

/** Whether a path leads through another module to Keras, of which version the path tells nothing. */
export function isHandedOn(dotted: string): boolean {
  return handedOn.test(dotted) && !path.test(dotted);
}

/** The class that one of several paths names, also where a fragment binds it nowhere; '' where it is the project's own. */
export function kindOf(paths: readonly string[]): string {
  return paths.map(p => kerasClass(p) ?? (/^\?\.[A-Za-z]\w*$/.test(p) ? p.slice(2) : undefined)).find(k => k !== undefined) ?? '';
}
