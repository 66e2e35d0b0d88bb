// Bundles test/fuzz and runs it: damaged and hostile files into all readers, in watched child processes. Only FormatError may come out.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { ROOT } from './vscode.mjs';

const HELP = `npm run fuzz [-- OPTIONS]
  --seconds N      how long; 60 where neither this nor --executions is given
  --executions N   how many files: first every fixture as it is, then the hostile ones, then damaged ones
  --seed S         of the damage; 1 is the default
  --only TEXT      only files with this in their path
  --case K         one case of the seed alone
  --damaged        only damaged files: not the fixtures as they are, nor the hostile ones
  --out FOLDER     for the files that did harm; test/out/fuzz is the default, it is emptied first`;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string' }, executions: { type: 'string' }, seed: { type: 'string', default: '1' }, only: { type: 'string', default: '' },
    case: { type: 'string' }, out: { type: 'string', default: 'test/out/fuzz' }, help: { type: 'boolean', default: false },
    damaged: { type: 'boolean', default: false }, planted: { type: 'boolean', default: false }, // harm on purpose, for the fuzzer's own test
  },
});
if (values.help) { console.log(HELP); process.exit(0); }
const wrong = ['seconds', 'executions', 'seed', 'case'].find(name => values[name] !== undefined && !/^\d+$/.test(values[name]));
if (wrong) { console.error(`--${wrong} is a number, not ${values[wrong]}\n${HELP}`); process.exit(2); }

process.chdir(ROOT);
const outdir = `${values.out}-code`;
await build({
  entryPoints: { main: 'test/fuzz/main.ts', child: 'test/fuzz/child.ts' }, outdir, bundle: true, platform: 'node', format: 'cjs', target: 'node20',
  sourcemap: 'linked', packages: 'external', logLevel: 'warning',
});
const number = name => (values[name] === undefined ? {} : { [name]: Number(values[name]) });
const bounds = values.executions === undefined && values.case === undefined ? { seconds: Number(values.seconds ?? 60) } : { ...number('seconds'), ...number('executions'), ...number('case') };
const options = { seed: Number(values.seed), only: values.only, out: values.out, damaged: values.damaged, planted: values.planted, ...bounds };
process.exit(spawnSync(process.execPath, [`${outdir}/main.js`, JSON.stringify(options)], { stdio: 'inherit' }).status ?? 1);
