// Measures our engine against others (docs/SPEED.md): `npm run bench [-- --json FILE --quick --only REGEX ...]`. Runs twice where it can:
// on Node 24, whose V8 is as in VS Code, and on the Node that runs this. No V8 flags.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureVSCode, ROOT, unsupported } from './vscode.mjs';

const HELP = `npm run bench [-- OPTIONS]
  --json FILE          writes all rows as one JSON array
  --quick              few rounds over short sequences, in a minute or two; for a look, not for figures
  --only REGEX         only cases whose name matches, as the table prints it: 'lstm 128 forward', 'backward', 'batch 16', 'threads 2'
  --contenders REGEX   only these beside onnxruntime-node: '^gatescope$'
  --inputs LIST        input sizes of every case: 'units,64'; units is the default
  --rounds N           instead of 15 (quick: 5)
  --node 24|own|both   which Node; both is the default
The variable BENCH_PYTHON names another Python than /usr/bin/python3 for PyTorch's loop.`;

const { values } = parseArgs({
  options: {
    json: { type: 'string' }, quick: { type: 'boolean', default: false }, only: { type: 'string' }, contenders: { type: 'string' },
    inputs: { type: 'string' }, rounds: { type: 'string' }, node: { type: 'string', default: 'both' }, help: { type: 'boolean', default: false },
  },
});
if (values.help) { console.log(HELP); process.exit(0); }
if (!['24', 'own', 'both'].includes(values.node)) { console.error(`--node is 24, own or both, not ${values.node}`); process.exit(2); }
if (values.rounds && !/^[1-9]\d*$/.test(values.rounds)) { console.error(`--rounds is a number of at least 1, not ${values.rounds}`); process.exit(2); }
const json = values.json && resolve(values.json);

process.chdir(ROOT);
const outdir = process.env.BENCH_OUT ?? 'test/out/bench';
rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: { main: 'test/bench/main.ts', cold: 'test/bench/cold.ts', mate: 'src/mate.ts' }, outdir, bundle: true, platform: 'node', format: 'cjs', target: 'node20',
  packages: 'external', logLevel: 'warning',
});

const all = [];
for (const [k, node] of (await nodes()).entries()) {
  const rows = resolve(outdir, `rows${k}.json`);
  const options = {
    quick: values.quick, rows, ...pick('only', 'contenders'), ...(values.rounds && { rounds: Number(values.rounds) }),
    ...(values.inputs && { inputs: values.inputs.split(',').map(size => size === 'units' ? size : Number(size)) }),
  };
  if (k > 0) console.log();
  const { status } = spawnSync(node, [`${outdir}/main.js`, JSON.stringify(options)], { stdio: 'inherit', env: { ...process.env, OMP_NUM_THREADS: '1' } });
  if (status !== 0) process.exit(status ?? 1);
  all.push(...JSON.parse(readFileSync(rows, 'utf8')));
}
if (json) {
  writeFileSync(json, `[\n${all.map(row => JSON.stringify(row)).join(',\n')}\n]\n`);
  console.log(`\n${all.length} rows in ${json}`);
}

function pick(...names) {
  return Object.fromEntries(names.filter(name => values[name] !== undefined).map(name => [name, values[name]]));
}

/** Executables to run on, Node 24 first; one that is Node 24 itself runs once. */
async function nodes() {
  const own = process.execPath;
  if (values.node === 'own') return [own];
  if (process.versions.node.startsWith('24.')) return [own];
  const reason = unsupported();
  if (reason) { console.log(`No Node 24: ${reason}.`); return values.node === '24' ? [] : [own]; }
  const { node } = await ensureVSCode();
  return values.node === '24' ? [node] : [node, own];
}
