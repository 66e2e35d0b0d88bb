// Bundles everything that ships into dist/. `--watch` builds again on every change, `--dev` keeps names and adds source maps (also with --watch).
import { build, context } from 'esbuild';
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { glob } from './glob.mjs';
import { leanCharts } from './leanCharts.mjs';
import { commonJs, SPLIT } from './split.mjs';

const NODE = { platform: 'node', format: 'cjs', target: 'node20', external: ['vscode'] };
const WEB = { platform: 'browser', format: 'iife', target: 'chrome120' };

/** Puts the browser's platform in the place of Node's, so that a worker's code is the same in both. */
const onWeb = {
  name: 'on the web',
  setup(hooks) { hooks.onResolve({ filter: /\/platform\/node$/ }, () => ({ path: resolve('src/platform/web.ts') })); },
};
const PANEL = { ...WEB, plugins: [leanCharts] };
const WEB_WORKER = { ...WEB, plugins: [onWeb] };

/** One row a bundle. */
const BUNDLES = [
  { from: 'src/extension.ts', to: 'dist/extension.js', settings: { ...NODE, ...SPLIT, plugins: [commonJs], outdir: 'dist', outfile: undefined } },
  { from: 'src/worker.ts', to: 'dist/worker.js', settings: NODE },
  { from: 'src/mate.ts', to: 'dist/mate.js', settings: NODE },
  { from: 'src/graph.ts', to: 'dist/graph.js', settings: NODE },
  // For a host in a browser.
  { from: 'src/extension.ts', to: 'dist/web/extension.js', settings: { ...WEB_WORKER, format: 'cjs', external: ['vscode'] } },
  { from: 'src/worker.ts', to: 'dist/web/worker.js', settings: WEB_WORKER },
  { from: 'src/mate.ts', to: 'dist/web/mate.js', settings: WEB_WORKER },
  { from: 'src/graph.ts', to: 'dist/web/graph.js', settings: WEB_WORKER },
  { from: 'src/cli.ts', to: 'dist/cli.js', settings: { ...NODE, banner: { js: '#!/usr/bin/env node' } }, executable: true },
  { from: 'webview/main.ts', to: 'dist/webview/main.js', settings: { ...PANEL, format: 'esm', splitting: true, outdir: 'dist/webview', outfile: undefined, chunkNames: 'view-[name]-[hash]' } },
  // The same in one piece, for reports, which are one file.
  { from: 'webview/main.ts', to: 'dist/webview/whole.js', settings: PANEL },
  { from: 'webview/inspector.ts', to: 'dist/webview/inspector.js', settings: WEB },
  { from: 'webview/file.ts', to: 'dist/webview/file.js', settings: WEB },
  { from: 'media/style.css', to: 'dist/webview/style.css', settings: {} },
  { from: 'media/file.css', to: 'dist/webview/file.css', settings: {} },
  { from: 'webview/report.ts', to: 'dist/webview/report.js', settings: WEB },
];
/** The runtime for graphs stays as it is: bundled to CommonJS it would not find itself. */
const ORT = ['ort.wasm.bundle.min.mjs', 'ort-wasm-simd-threaded.wasm'];
const COPIES = [
  ...['codicon.css', 'codicon.ttf'].map(name => [`node_modules/@vscode/codicons/dist/${name}`, `dist/webview/${name}`]),
  ...ORT.map(name => [`node_modules/onnxruntime-web/dist/${name}`, `dist/ort/${name}`]),
];

/** Builds once; `dev` as above. Answers what was made. */
export async function buildAll({ dev = false } = {}) {
  rmSync('dist', { recursive: true, force: true });
  copy();
  const present = BUNDLES.filter(reportMissing);
  await Promise.all(present.map(async b => { await build(options(b, dev)); finish(b); }));
  return glob('dist', /./);
}

async function watchAll() {
  copy();
  for (const b of BUNDLES.filter(reportMissing)) await (await context({ ...options(b, true), plugins: [...(b.settings.plugins ?? []), announcer(b)] })).watch();
}

/** Says when a bundle is begun and done; .vscode/tasks.json waits for these words. */
function announcer(bundle) {
  return {
    name: 'announcer',
    setup(hooks) {
      hooks.onStart(() => { console.log(`[watch] building ${bundle.to}`); });
      hooks.onEnd(result => {
        if (result.errors.length === 0) finish(bundle);
        console.log(`[watch] ready ${bundle.to}`);
      });
    },
  };
}

function options({ from, to, settings }, dev) {
  return {
    entryPoints: [from], outfile: to, bundle: true, logLevel: 'warning', legalComments: 'none',
    minify: !dev, sourcemap: dev, define: { 'process.env.NODE_ENV': dev ? '"development"' : '"production"' }, ...settings,
  };
}

function copy() {
  for (const folder of ['dist/webview', 'dist/ort']) mkdirSync(folder, { recursive: true });
  for (const [from, to] of COPIES) copyFileSync(from, to);
}

function reportMissing({ from, to }) {
  if (existsSync(from)) return true;
  console.log(`  note: no ${from}, so no ${to}`);
  return false;
}

function finish({ to, executable }) { if (executable) chmodSync(to, 0o755); }

if (process.argv[1] === import.meta.filename) {
  if (process.argv.includes('--watch')) await watchAll();
  else {
    // esbuild has printed what is wrong.
    const files = await buildAll({ dev: process.argv.includes('--dev') }).catch(() => process.exit(1));
    for (const file of files) console.log(`${(statSync(file).size / 1024).toFixed(1).padStart(9)} kB  ${file}`);
  }
}
