// Bundles test/**/*.test.ts (without host/ and ui/) and runs them in mocha. Arguments narrow by path: `node scripts/unit.mjs core formats/onnx`.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { glob } from './glob.mjs';

const filters = process.argv.slice(2).filter(a => !a.startsWith('-'));
const flags = process.argv.slice(2).filter(a => a.startsWith('-'));
const tests = glob('test', /\.test\.ts$/).filter(f => !/^test\/(host|ui|gallery|panelBench|editorBench|out)\//.test(f))
  .filter(f => filters.length === 0 || filters.some(x => f.includes(x)));
if (tests.length === 0) { console.error('no test file matches'); process.exit(1); }
const outdir = process.env.UNIT_OUT ?? 'test/out/unit';
rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: tests, outdir, outbase: 'test', bundle: true, platform: 'node', format: 'cjs', target: 'node20', sourcemap: 'inline',
  packages: 'external', logLevel: 'warning',
});
const mocha = spawnSync(process.execPath, ['--enable-source-maps', 'node_modules/mocha/bin/mocha.js', '--timeout', '60000', '--recursive', '--parallel', '--jobs', '2', outdir, ...flags], { stdio: 'inherit' });
process.exit(mocha.status ?? 1);
