// Leaves out of Chart.js what no plot here uses and no bundler can leave out by itself: scales of time and of angles, and the
// arithmetic of colours that animations and hovering points want. Fails where Chart.js is no longer written as this expects.
import { readFileSync } from 'node:fs';

const UNUSED = ['TimeScale', 'TimeSeriesScale', 'RadialLinearScale'];

/** A colour that nothing is done with: nothing is animated, and points that are hovered keep theirs. */
const COLOUR = `export class Color {
  constructor(value) { this.value = value; }
  get valid() { return false; }
  saturate() { return this; }
  darken() { return this; }
  mix() { return this; }
  hexString() { return this.value; }
}
export default value => new Color(value);`;

export const leanCharts = {
  name: 'lean charts',
  setup(hooks) {
    hooks.onLoad({ filter: /[\\/]chart\.js[\\/]dist[\\/]chart\.js$/ }, ({ path }) => ({ contents: UNUSED.reduce(without, readFileSync(path, 'utf8')), loader: 'js' }));
    hooks.onLoad({ filter: /[\\/]@kurkle[\\/]color[\\/]dist[\\/]color\.esm\.js$/ }, () => ({ contents: COLOUR, loader: 'js' }));
  },
};

/** The code with a class of no members. */
function without(code, name) {
  const found = new RegExp(`^(class ${name} extends \\w+) \\{[^]*?^\\}$`, 'm');
  if (!found.test(code)) throw new Error(`chart.js has no class ${name} any more: look at scripts/leanCharts.mjs`);
  return code.replace(found, '$1 {}');
}
