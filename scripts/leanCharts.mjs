// Leaves out of Chart.js what no plot here calls and no bundler can leave out by itself. Our charts draw once a change, without animations,
// without events of Chart.js' own (`animation: false`, `events: []`, `responsive: false`, `parsing: false`, always `update('none')`), lines
// that are straight, points that are round, bands that lie between two lines, and nothing is stacked. Each list below says because of which
// of these nobody comes there. Fails where Chart.js is no longer written as this expects.
import { readFileSync } from 'node:fs';

/** Scales of time and of angles. */
const CLASSES = ['TimeScale', 'TimeSeriesScale', 'RadialLinearScale'];

/** Methods by their class. */
const METHODS = {
  // animation: false, so that there is nothing to run, and values are put where they belong at once
  Animator: ['_notify', '_refresh', '_update', '_getAnims', 'listen', 'add', 'has', 'start', 'running', 'stop', 'remove'],
  Animations: ['configure', '_animateOptions', '_createAnimations'],
  // events: [], responsive: false
  Chart: ['bindUserEvents', 'bindResponsiveEvents', '_eventHandler', '_handleEvent', '_getActiveElements', 'setActiveElements', 'updateHoverStyle', '_updateHoverStyles', 'getElementsAtEventForMode'],
  DomPlatform: ['addEventListener', 'removeEventListener'],
  // parsing: false; what tooltips would say
  DatasetController: ['parsePrimitiveData', 'parseArrayData', 'parseObjectData', 'getLabelAndValue'],
  ScatterController: ['getLabelAndValue'],
  // tension: 0
  LineElement: ['updateControlPoints'],
  // bands are between lines, in a plane
  simpleArc: ['pathSegment', 'interpolate'],
};

/** Functions, and what is left of them. */
const FUNCTIONS = {
  applyStack: 'return value;', updateStacks: '',
  getLineMethod: 'return lineTo;', _getInterpolationMethod: 'return _pointInLine;',
  _getTarget: 'return getLineByIndex(source.chart, source.fill);',
};

/** The same in what Chart.js calls its helpers. Text is neither underlined nor struck through. */
const HELPERS = {
  decorateText: '',
  drawPointLegend: `if (!(options.radius > 0)) return;
    ctx.beginPath();
    ctx.arc(x, y, options.radius, 0, TAU);
    ctx.closePath();
    ctx.fill();
    if (options.borderWidth > 0) ctx.stroke();`,
};

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
    const read = path => readFileSync(path, 'utf8');
    hooks.onLoad({ filter: /[\\/]chart\.js[\\/]dist[\\/]chart\.js$/ }, ({ path }) => ({ contents: leanChart(read(path)), loader: 'js' }));
    hooks.onLoad({ filter: /[\\/]chart\.js[\\/]dist[\\/]chunks[\\/]index\.js$/ }, ({ path }) => ({ contents: rewritten(read(path), HELPERS), loader: 'js' }));
    hooks.onLoad({ filter: /[\\/]@kurkle[\\/]color[\\/]dist[\\/]color\.esm\.js$/ }, () => ({ contents: COLOUR, loader: 'js' }));
  },
};

function leanChart(code) {
  const classless = CLASSES.reduce((rest, name) => changed(rest, new RegExp(`^(class ${name} extends \\w+) \\{[^]*?^\\}$`, 'm'), `class ${name}`, (_, head) => `${head} {}`), code);
  const methodless = Object.entries(METHODS).reduce((rest, [name, methods]) => emptied(rest, name, methods), classless);
  return rewritten(methodless, FUNCTIONS);
}

/** The code with methods of a class that do nothing. */
function emptied(code, name, methods) {
  return changed(code, new RegExp(`^.*\\bclass ${name}\\b[^]*?^\\}$`, 'm'), `class ${name}`, own =>
    methods.reduce((rest, method) => changed(rest, new RegExp(`^( +${method}\\([^\\n]*\\) \\{)\\n[^]*?^    \\}$`, 'm'), `${name}.${method}`, (_, head) => `${head}}`), own));
}

/** The code with other bodies of functions. */
function rewritten(code, bodies) {
  return Object.entries(bodies).reduce((rest, [name, body]) => changed(rest, new RegExp(`^(.*)(\\bfunction ${name}\\([^\\n]*\\) \\{)\\n[^]*?^\\}$`, 'm'), `function ${name}`, (_, before, head) => `${before}${head}${body}}`), code);
}

function changed(code, pattern, what, change) {
  if (!pattern.test(code)) throw new Error(`chart.js has no ${what} any more as scripts/leanCharts.mjs expects it`);
  return code.replace(pattern, change);
}
