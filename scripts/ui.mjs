// Runs the UI tests: packs the extension, installs the .vsix in one VS Code server that all tests share, and lets mocha in Node drive
// headless Chromium (test/ui/driver.ts), one process a file and two at a time, since a test mostly waits. Words narrow by path; flags go to
// mocha (`--grep=...`); `--dev` packs code that is not minified, `--jobs=N` runs N files at a time, `--from=FOLDER` runs the tests of
// another folder (the gallery, the panel's bench), once each and one at a time.
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { buildAll } from './build.mjs';
import { findChromium, FLAGS } from './chromium.mjs';
import { glob } from './glob.mjs';
import { packVsix } from './package.mjs';
import { launchServer, TEST_SETTINGS } from './server.mjs';
import { ROOT } from './vscode.mjs';

process.chdir(ROOT);
const args = process.argv.slice(2);
const dev = args.includes('--dev');
const from = args.find(a => a.startsWith('--from='))?.slice('--from='.length) ?? 'test/ui';
const jobs = Number(args.find(a => a.startsWith('--jobs='))?.slice('--jobs='.length) ?? (from === 'test/ui' ? 2 : 1));
const filters = args.filter(a => !a.startsWith('-'));
const flags = args.filter(a => a.startsWith('-') && !/^--(dev$|from=|jobs=)/.test(a));
const outdir = process.env.UI_OUT ?? 'test/out/ui';
const tests = glob(from, /\.test\.ts$/).filter(f => filters.length === 0 || filters.some(x => f.includes(x)));
if (tests.length === 0) { console.error('no test file matches'); process.exit(1); }

await buildAll({ dev });
packVsix(`${outdir}/gatescope.vsix`);
const bundles = await bundleTests();
if (filters.length + flags.length === 0 && from === 'test/ui') rmSync('test/out/shots', { recursive: true, force: true });
const server = await launchServer({ tests: true, trust: false, settings: TEST_SETTINGS, vsix: `${outdir}/gatescope.vsix` });
const env = { ...process.env, GATESCOPE_SERVER: server.url(), GATESCOPE_BROWSER: JSON.stringify({ executablePath: findChromium(), args: FLAGS }) };
const results = await inTurns(bundles, jobs);
await server.stop();
const total = name => results.reduce((sum, r) => sum + r[name], 0);
if (results.length > 1) console.log(`\n  ${total('passing')} passing\n  ${total('pending')} pending\n  ${total('failing')} failing\n`);
process.exit(results.every(r => r.status === 0) ? 0 : 1);

/** One bundle a test file, the longest first, so that no long one is left alone at the end. */
async function bundleTests() {
  await build({
    entryPoints: Object.fromEntries(tests.map(f => [basename(f, '.test.ts'), f])), outdir, bundle: true, outExtension: { '.js': '.cjs' },
    platform: 'node', format: 'cjs', target: 'node20', sourcemap: 'inline', packages: 'external', logLevel: 'warning',
  });
  const weight = f => readFileSync(f, 'utf8').split(/\bit\(/).length;
  return [...tests].sort((a, b) => weight(b) - weight(a)).map(f => `${outdir}/${basename(f, '.test.ts')}.cjs`);
}

/** Runs the files, `lanes` at a time; what a file prints comes in one piece unless it runs alone. */
async function inTurns(files, lanes) {
  const queue = [...files], done = [];
  const alone = lanes === 1 || files.length === 1;
  await Promise.all(Array.from({ length: lanes }, async () => {
    for (let file = queue.shift(); file; file = queue.shift()) done.push(await mocha(file, alone));
  }));
  return done;
}

function mocha(file, alone) {
  const retries = from === 'test/ui' ? '2' : '0';
  const command = ['--enable-source-maps', 'node_modules/mocha/bin/mocha.js', '--timeout', '120000', '--retries', retries, '--reporter', 'scripts/reporter.cjs', '--exit', file, ...flags];
  return new Promise(resolve => {
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'], env });
    let output = '';
    const take = stream => data => { output += data; if (alone) stream.write(data); };
    child.stdout.on('data', take(process.stdout));
    child.stderr.on('data', take(process.stderr));
    child.on('close', code => {
      if (!alone) process.stdout.write(output);
      resolve({ status: code ?? 1, ...counted(output, code ?? 1) });
    });
  });
}

/** Counts from mocha's closing lines; a file that ends badly without a failed test is one failure, unless nothing in it was asked for. */
function counted(output, status) {
  const plain = output.replace(/\x1b\[[0-9;]*m/g, '');
  const count = word => Number([...plain.matchAll(new RegExp(`^\\s+(\\d+) ${word}\\b`, 'gm'))].at(-1)?.[1] ?? 0);
  const [passing, failing, pending] = ['passing', 'failing', 'pending'].map(count);
  return { passing, pending, failing: failing === 0 && status !== 0 ? 1 : failing };
}
