/** The page of a webview: strict CSP, one script and what it imports from the same folder, its style sheets, and nothing that came from a file. */
import * as vscode from 'vscode';
import { base64 } from '../base64';

export function page(webview: vscode.Webview, extension: vscode.Uri, script: 'main' | 'inspector' | 'file'): string {
  const uri = (...path: string[]): string => webview.asWebviewUri(vscode.Uri.joinPath(extension, ...path)).toString();
  const nonce = base64(crypto.getRandomValues(new Uint8Array(16)));
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}' ${webview.cspSource}; font-src ${webview.cspSource}; img-src ${webview.cspSource} data:`;
  const texts = vscode.l10n.bundle ? ` data-texts="${attribute(JSON.stringify(vscode.l10n.bundle))}"` : '';
  return `<!DOCTYPE html>
<html lang="${vscode.l10n.bundle ? attribute(vscode.env.language) : 'en'}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${uri('dist', 'webview', 'codicon.css')}">
<link rel="stylesheet" href="${uri('dist', 'webview', 'style.css')}">${script === 'file' ? `
<link rel="stylesheet" href="${uri('dist', 'webview', 'file.css')}">` : ''}
<title>Gatescope</title>
</head>
<body data-page="${script}" data-colors="${attribute(colorsOf())}"${texts}>
<script type="module" nonce="${nonce}" src="${uri('dist', 'webview', `${script}.js`)}"></script>
</body>
</html>`;
}

/** What heatmaps are drawn with. */
export const colorsOf = (): string => vscode.workspace.getConfiguration('gatescope').get('colors', 'concepts');

const attribute = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** What a webview of ours may load and do. */
export function webviewOptions(extension: vscode.Uri): vscode.WebviewOptions {
  return { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(extension, 'dist', 'webview'), vscode.Uri.joinPath(extension, 'media')] };
}
