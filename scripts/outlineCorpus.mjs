// Bundles test/outlineCorpus and runs it: how many layers the readers of code find, and how many arguments they read rightly.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { ROOT } from './vscode.mjs';

const HELP = `npm run outline:corpus [-- DIR | OPTIONS]
  (nothing)         the text fixtures of test/source
  DIR               every source file in DIR with a NAME.truth.json beside it
  --public DIR      the files that test/source/public.json lists; DIR holds them, or is filled from --mirror
  --mirror FOLDER   git directories named owner+name, from which missing files are taken
  --verbose         also lists what the truth knows and the outline leaves open
Exits with 1 on a wrong claim or a layer that is none.`;

const options = process.argv.slice(2);
if (options.includes('--help')) {
  console.log(HELP);
  process.exit(0);
}
const unknown = options.find(o => o.startsWith('-') && !['--public', '--mirror', '--verbose'].includes(o));
if (unknown !== undefined) {
  console.error(`unknown option ${unknown}\n${HELP}`);
  process.exit(2);
}
const outdir = process.env.OUTLINE_OUT ?? `${ROOT}/test/out/outlineCorpus`;
await build({
  absWorkingDir: ROOT, entryPoints: { main: 'test/outlineCorpus/main.ts' }, outdir, bundle: true, platform: 'node', format: 'cjs', target: 'node20',
  sourcemap: 'inline', packages: 'external', logLevel: 'warning',
});
const env = { ...process.env, NODE_PATH: `${ROOT}/node_modules`, OUTLINE_ROOT: ROOT };
process.exit(spawnSync(process.execPath, ['--enable-source-maps', `${outdir}/main.js`, ...options], { stdio: 'inherit', env }).status ?? 1);
