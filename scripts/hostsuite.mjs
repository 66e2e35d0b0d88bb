// The in-host suite as one module, and what it reports: shared by the runs in VS Code from npm and in a downloaded one.
import { build } from 'esbuild';
import { existsSync, readFileSync, rmSync, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { glob } from './glob.mjs';

/**
 * Bundles the test files of test/host into a module that exports run(). `trust`: only trust*.test.ts, else all others; `web`: for an
 * extension host in a browser, which posts its results to that address. `bench`: those of test/editorBench. `into`: the folder. Answers the module's path.
 */
export async function bundleHostSuite({ trust = false, web, bench = false, into = 'test/out/host' } = {}) {
  const tests = bench ? glob('test/editorBench', /\.test\.ts$/) : glob('test/host', /\.test\.ts$/).filter(f => /\/trust[^/]*$/.test(f) === trust);
  if (tests.length === 0) throw new Error('no in-host test file');
  const outfile = resolve(`${into}/${bench ? 'bench' : web ? 'web' : trust ? 'trust' : 'index'}.js`);
  const entry = `import { runSuite } from './test/host/runner';\nexport const run = () => runSuite(() => {\n${tests.map(f => `require(${JSON.stringify(`./${f}`)});`).join('\n')}\n});\n`;
  await build({
    stdin: { contents: entry, resolveDir: '.', loader: 'ts' }, outfile, bundle: true, format: 'cjs',
    sourcemap: 'inline', logLevel: 'warning', ...(web ? inBrowser(web) : { platform: 'node', target: 'node20', packages: 'external' }),
  });
  return outfile;
}

/** Mocha and assert in their forms for browsers; the little of Node that they expect is put in front. */
function inBrowser(results) {
  const standins = { 'mocha': 'test/host/web/mocha.ts', 'node:assert/strict': 'test/host/web/assert.ts', 'node:fs': 'test/host/web/fs.ts' };
  const plugin = {
    name: 'stand-ins',
    setup(hooks) { hooks.onResolve({ filter: /^(mocha|node:.*)$/ }, ({ path }) => ({ path: resolve(standins[path] ?? `no stand-in for ${path}`) })); },
  };
  const env = JSON.stringify({ env: { GATESCOPE_RESULTS: results } });
  return {
    platform: 'browser', target: 'chrome120', external: ['vscode'], plugins: [plugin], define: { global: 'globalThis' },
    banner: { js: `var process = Object.assign({ nextTick: f => queueMicrotask(f), emitWarning() {}, stdout: {}, cwd: () => '/' }, ${env});` },
  };
}

/** A new, empty results file: GATESCOPE_RESULTS for the extension host. */
export function resultsFile(name) {
  mkdirSync('test/out/host', { recursive: true });
  const file = resolve(`test/out/host/${name}.jsonl`);
  rmSync(file, { force: true });
  return file;
}

/** Prints what ran and answers whether it was green: exit code 0, the reporter's end came, nothing failed, something passed. */
export function judge(file, exitCode) {
  const results = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').filter(Boolean).map(line => JSON.parse(line)) : [];
  for (const r of results) {
    if (r.event === 'pass') console.log(`  ✔ ${r.title} (${r.ms} ms)`);
    if (r.event === 'pending') console.log(`  - ${r.title}`);
    if (r.event === 'fail') console.log(`  ✖ ${r.title}\n${r.error.replace(/^/gm, '      ')}`);
  }
  const end = results.find(r => r.event === 'end');
  if (!end) console.log(`  The run was cut short: the reporter's end never came (exit code ${exitCode}).`);
  const { passed = 0, failed = 0, pending = 0 } = end ?? {};
  console.log(`\n  ${passed} passing\n  ${failed} failing\n  ${pending} pending`);
  const green = exitCode === 0 && end !== undefined && failed === 0 && passed > 0;
  if (!green && failed === 0) console.log(`  Not green: exit code ${exitCode}, ${passed} passed.`);
  return green;
}
