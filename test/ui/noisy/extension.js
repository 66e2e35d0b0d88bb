// A panel with a strict policy that loads an image and runs a script the policy forbids, logs an error and throws; and a hover.
const vscode = require('vscode');

const HTML = `<!DOCTYPE html>
<html lang="en"><head><meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-a'"></head>
<body><p id="noisy">noisy</p>
<script nonce="a">
  console.error('noisy console error');
  const image = new Image();
  image.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACw=';
  setTimeout(() => { throw new Error('noisy exception'); });
  void Promise.reject(new Error('noisy rejection'));
</script>
<script>document.body.dataset.escaped = 'yes';</script>
</body></html>`;

exports.activate = context => {
  context.subscriptions.push(
    vscode.languages.registerHoverProvider('python', {
      provideHover: (document, position) => new vscode.Hover(`the word ${document.getText(document.getWordRangeAtPosition(position))}`),
    }),
    vscode.commands.registerCommand('noisy.open', () => {
      vscode.window.createWebviewPanel('noisy', 'Noisy', vscode.ViewColumn.Beside, { enableScripts: true }).webview.html = HTML;
    }),
  );
};
