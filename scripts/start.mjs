// `npm start`: builds, and opens VS Code on examples/ with Gatescope in it. The `code` on PATH if there is one (a development host),
// else, or with `-- --browser`, the VS Code from npm in the browser.
//
// In the browser the extension is packed and installed, not loaded from the source folder: a built workbench takes a development
// folder only with its smoke test driver on, which lets any page script drive it, and a person should meet what ships. The address
// has a random token, and workspace trust is on: an open port is a terminal for every local user.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildAll } from './build.mjs';
import { packVsix } from './package.mjs';
import { launchServer } from './server.mjs';
import { HOME, ROOT, unsupported } from './vscode.mjs';

process.chdir(ROOT);
const examples = join(ROOT, 'examples');
console.log('Building Gatescope ...');
await buildAll();
if (!process.argv.includes('--browser') && hasCode()) openCode();
else await serve();

function hasCode() { return spawnSync('code', ['--version'], { stdio: 'ignore', shell: process.platform === 'win32' }).status === 0; }

function openCode() {
  console.log(`Opening ${examples} in VS Code (the \`code\` on PATH), with Gatescope loaded as an extension under development.`);
  const child = spawn('code', [`--extensionDevelopmentPath=${ROOT}`, examples], { stdio: 'inherit', shell: process.platform === 'win32' });
  child.on('exit', code => { process.exitCode = code ?? 1; });
}

async function serve() {
  const reason = unsupported();
  if (reason) {
    console.error(`No \`code\` command was found, and ${reason}. Install VS Code with its \`code\` command, or open this folder in VS Code and press F5.`);
    process.exit(1);
  }
  console.log('Packing ...');
  const vsix = join(HOME, 'gatescope.vsix');
  packVsix(vsix);
  const server = await launchServer({ data: join(HOME, 'profile'), vsix });
  console.log(`\nGatescope is installed in the VS Code at\n\n  ${server.url({ folder: examples })}\n\nThe address holds a secret token: whoever has it can use this VS Code as you. Ctrl+C ends it.`);
  process.stdin.resume();
}
