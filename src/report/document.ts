/** A report as one HTML file: the panel itself with a recording inside, which works from disk with the network off. */
import { base64 } from '../base64';
import type { Scene, ViewState } from '../protocol';
import type { Subject } from '../session';
import { pack } from './codec';

/** What the page is made of: texts of the extension's own files, the icon font in base64. */
export interface PageParts {
  readonly scripts: readonly string[];
  readonly styles: readonly string[];
  readonly font: string;
}

/** What the page opens. */
export interface ReportContent { readonly subject: Subject; /** A row for each of its steps. */ readonly labels?: Scene['labels']; readonly state?: ViewState; readonly made: string; /** As in the setting `gatescope.colors`. */ readonly colors?: string }

/** The language that the page speaks, and its texts; English without. */
export interface PageLanguage { readonly id: string; readonly texts: Readonly<Record<string, string>> }

/** Files of `dist/webview` and `media`, in the order they are put in. */
export const SCRIPTS = ['dist/webview/report.js', 'dist/webview/whole.js'] as const;
export const STYLES = ['dist/webview/codicon.css', 'media/report.css', 'dist/webview/style.css'] as const;
export const FONT = 'dist/webview/codicon.ttf';

/** The page's policy names its scripts and styles by their hashes: nothing runs in it but what it was made with. */
export async function documentOf(content: ReportContent, { scripts, styles, font }: PageParts, language?: PageLanguage): Promise<string> {
  const sheet = styles.join('\n').replace(/url\((["'])?[^)"']*codicon\.ttf[^)"']*\1\)/g, `url(data:font/ttf;base64,${font})`);
  const code = scripts.map(s => s.replaceAll('</script', '<\\/script'));
  const policy = `default-src 'none'; style-src ${await hash(sheet)}; script-src ${(await Promise.all(code.map(hash))).join(' ')} 'wasm-unsafe-eval'; font-src data:; img-src data: blob:`;
  return `<!DOCTYPE html>
<html lang="${escaped(language?.id ?? 'en')}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(content.subject.model)}: Gatescope</title>
<style>${sheet}</style>
</head>
<body data-page="main" data-report${language ? ` data-texts="${escaped(JSON.stringify(language.texts))}"` : ''} class="vscode-light">
<script type="application/json" id="report">${pack(content)}</script>
${code.map(s => `<script>${s}</script>`).join('\n')}
</body>
</html>
`;
}

const hash = async (text: string): Promise<string> => `'sha256-${base64(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))))}'`;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
