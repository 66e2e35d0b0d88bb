// Bundles test/formatsTable and runs it: `npm run formats [-- --json]` prints which fixtures are read and how exactly; code 1 if one is not.
// `npm run formats -- --large` makes sparse files of 3 GB and more instead, and prints how fast and in how much memory they open.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { ROOT } from './vscode.mjs';

const HELP = `npm run formats [-- OPTIONS]
  --json    rows as a JSON array
  --large   opens files of 3 GB and more (sparse, in the system's temporary folder) by dist/cli.js, which is built first`;

const options = process.argv.slice(2);
const unknown = options.find(o => !['--json', '--large', '--help'].includes(o));
if (unknown !== undefined || options.includes('--help')) {
  console[unknown === undefined ? 'log' : 'error'](unknown === undefined ? HELP : `unknown option ${unknown}\n${HELP}`);
  process.exit(unknown === undefined ? 0 : 2);
}
process.chdir(ROOT);
const large = options.includes('--large');
if (large && spawnSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' }).status !== 0) process.exit(1);
const outdir = process.env.FORMATS_OUT ?? 'test/out/formats';
await build({
  entryPoints: { main: large ? 'test/formats/largeFiles.ts' : 'test/formatsTable/main.ts' }, outdir, bundle: true, platform: 'node', format: 'cjs', target: 'node20',
  sourcemap: 'inline', packages: 'external', logLevel: 'warning',
});
process.exit(spawnSync(process.execPath, ['--enable-source-maps', `${outdir}/main.js`, ...options.filter(o => o !== '--large')], { stdio: 'inherit' }).status ?? 1);
