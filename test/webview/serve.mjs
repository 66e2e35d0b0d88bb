// The panel in a plain browser: bundles it with a stand-in for VS Code and serves it with the real CSP. `node test/webview/serve.mjs [port]`
import { build } from 'esbuild';
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { leanCharts } from '../../scripts/leanCharts.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const shared = { bundle: true, write: false, format: 'iife', platform: 'browser', target: 'es2022', absWorkingDir: root, outdir: 'out', logLevel: 'warning', plugins: [leanCharts] };

/** Scripts by name, bundled now. */
export async function bundle({ minify = false } = {}) {
  const result = await build({ ...shared, minify, entryPoints: { page: 'test/webview/page.ts', filePage: 'test/webview/filePage.ts', main: 'webview/main.ts', inspector: 'webview/inspector.ts', file: 'webview/file.ts' } });
  return Object.fromEntries(result.outputFiles.map(file => [file.path.split('/').at(-1), file.text]));
}

// What VS Code itself puts into every webview, as far as it touches our elements.
const DEFAULTS = `@layer vscode-default {
  body { overscroll-behavior-x: none; background-color: transparent; color: var(--vscode-editor-foreground); font-family: var(--vscode-font-family); font-size: var(--vscode-font-size); margin: 0; padding: 0 20px; }
  a, a code { color: var(--vscode-textLink-foreground); }
  code { font-family: monospace; color: #d0d; background-color: #060; padding: 1px 3px; border-radius: 4px; }
  kbd { background-color: #060; color: #d0d; border-style: solid; border-width: 1px; border-radius: 3px; box-shadow: inset 0 -1px 0 #d0d; vertical-align: middle; padding: 1px 3px; }
}`;

const attribute = text => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** A file of the repository that the page may show, as base64. */
const fileOf = path => /^(examples|test\/(fixtures|out))(\/[\w-][\w.-]*)+$/.test(path) ? readFile(root + path, 'base64') : undefined;

/** `texts`: a bundle of `l10n/`, as the host writes it into the page. `file`: what the editor of files shows, as base64. */
const pageOf = (script, nonce, { texts, language, file }) => `<!DOCTYPE html><html lang="${texts ? language : 'en'}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; script-src 'nonce-${nonce}'; font-src 'self'; img-src 'self' data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><link rel="stylesheet" href="/vscode.css"><link rel="stylesheet" href="/codicon.css"><link rel="stylesheet" href="/style.css">${file ? '<link rel="stylesheet" href="/file.css">' : ''}<title>Gatescope</title></head>
<body${texts ? ` data-texts="${attribute(texts)}"` : ''}${file ? ` data-file="${file}"` : ''}><script nonce="${nonce}" src="/${file ? 'filePage' : 'page'}.js"></script><script nonce="${nonce}" src="/${script}.js"></script></body></html>`;

/** Serves the page; resolves with its address and a way to stop it. */
export async function serve(port = 0) {
  const scripts = await bundle();
  const sheets = Object.fromEntries((await readdir(`${root}media`)).filter(f => f.endsWith('.css')).map(f => [`/${f}`, [`media/${f}`, 'text/css']]));
  const files = { ...sheets, '/codicon.css': ['node_modules/@vscode/codicons/dist/codicon.css', 'text/css'], '/codicon.ttf': ['node_modules/@vscode/codicons/dist/codicon.ttf', 'font/ttf'] };
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    const send = (type, body) => response.writeHead(200, { 'content-type': type }).end(body);
    const language = searchParams.get('language');
    const texts = /^[a-z-]+$/.test(language ?? '') ? await readFile(`${root}l10n/bundle.l10n.${language}.json`, 'utf8') : undefined;
    const page = ['inspector', 'file'].find(p => p === searchParams.get('page')) ?? 'main';
    const file = page === 'file' ? await fileOf(searchParams.get('model') ?? '') : undefined;
    if (pathname === '/') return send('text/html', pageOf(page, randomBytes(12).toString('base64'), { texts, language, file }));
    if (pathname === '/vscode.css') return send('text/css', DEFAULTS);
    if (scripts[pathname.slice(1)]) return send('text/javascript', scripts[pathname.slice(1)]);
    if (files[pathname]) return send(files[pathname][1], await readFile(root + files[pathname][0]));
    response.writeHead(404).end();
  });
  await new Promise(resolve => server.listen(port, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, stop: () => server.close() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log((await serve(Number(process.argv[2] ?? 4173))).url);
