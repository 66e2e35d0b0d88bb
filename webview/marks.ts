/** Marks in the browser's own timeline, by which the panel's speed is measured from outside: `npm run bench:panel`. */

/** Runs a frame's drawing and marks how long it took. */
export function marked(draw: () => void): void {
  const start = performance.now();
  draw();
  performance.measure('gatescope:draw', { start });
  performance.clearMeasures('gatescope:draw'); // a trace has it all the same
}

/** Marks a moment the first time that it comes. */
export function first(name: 'tile' | 'painted'): void {
  const mark = `gatescope:${name}`;
  if (performance.getEntriesByName(mark).length === 0) performance.mark(mark);
}
