/** Which dotted paths lead to TensorFlow.js: `@tensorflow/tfjs.layers.lstm`, `./tf.layers.gru`, `?.tf.sequential`, and `?.layers.lstm` of a fragment. */
const ours = /^((?:.*[./])?tf(?:\.[cm]?[jt]sx?)?(?:\.default|\.tf)?|.*(?:tensorflow|tfjs).*?|\?)\.(layers\.)?(\w+|\*)$/;

/** The name in `tf.layers` that a path leads to: `lstm`, or `*` where it is chosen at run time. */
export function tfjsLayer(path: string): string | undefined {
  const match = ours.exec(path);
  return match?.[2] === undefined ? undefined : match[3];
}

/** The name in `tf` itself: `sequential`, `input`, `model`. */
export function tfjsName(path: string): string | undefined {
  const match = ours.exec(path);
  return match?.[2] === undefined && match?.[1] !== '?' ? match?.[3] : undefined;
}
