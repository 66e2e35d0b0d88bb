// Bundles test/**/*.test.ts (without host/ and ui/) and runs them in mocha, two files at a time. Words narrow by path: `node scripts/unit.mjs
// core formats/onnx`. What measures time and memory runs apart from the rest, one file at a time: `--apart`.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { glob } from './glob.mjs';

/** A neighbour on the other core lengthens what these limit. */
const APART = /^test\/fuzz\//;

const filters = process.argv.slice(2).filter(a => !a.startsWith('-'));
const apart = process.argv.includes('--apart');
const flags = process.argv.slice(2).filter(a => a.startsWith('-') && a !== '--apart');
const tests = glob('test', /\.test\.ts$/).filter(f => !/^test\/(host|ui|gallery|panelBench|editorBench|out)\//.test(f))
  .filter(f => (filters.length === 0 ? APART.test(f) === apart : filters.some(x => f.includes(x))));
if (tests.length === 0) { console.error('no test file matches'); process.exit(1); }
const outdir = process.env.UNIT_OUT ?? 'test/out/unit';
rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: tests, outdir, outbase: 'test', bundle: true, platform: 'node', format: 'cjs', target: 'node20', sourcemap: 'inline',
  packages: 'external', logLevel: 'warning',
});
const mocha = spawnSync(process.execPath, ['--enable-source-maps', 'node_modules/mocha/bin/mocha.js', '--timeout', '60000', '--recursive', ...(apart ? [] : ['--parallel', '--jobs', '2']), outdir, ...flags], { stdio: 'inherit' });
process.exit(mocha.status ?? 1);
