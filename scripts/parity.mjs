// Bundles test/parity and runs it: `npm run parity [-- --json FILE]` prints how far the engine is from every framework; code 1 if too far.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';

const outfile = `${process.env.PARITY_OUT ?? 'test/out/parity'}/main.js`;
await build({
  entryPoints: ['test/parity/main.ts'], outfile, bundle: true, platform: 'node', format: 'cjs', target: 'node20', sourcemap: 'inline',
  packages: 'external', logLevel: 'warning',
});
process.exit(spawnSync(process.execPath, ['--enable-source-maps', outfile, ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1);
