/** A description as Markdown for a hover. Everything that came from source text is escaped: names may hold links, HTML or icons. */
import { saying } from '../../core/said';
import type { Description, Pitfall } from './layer';
import { inEnglish, type Tell } from './telling';

export interface HoverAction { readonly label: string; readonly icon: string; readonly url: string }

export interface HoverLinks {
  /** Where a click on `Line 36` leads; no link where it answers nothing. */
  line?(line: number): string | undefined;
  readonly actions?: readonly HoverAction[];
  /** A picture of the last run, and what it says in words. */
  readonly picture?: { readonly uri: string; readonly words: string };
  /** English where absent. */
  readonly tell?: Tell;
}

/** Plain text that Markdown shows as it is, on one line. `$(icon)` stays text where theme icons are on. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\r\n\u2028\u2029]+/g, ' ').replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/[\\`*_{}[\]()#+\-.!|~$:@=^]/g, '\\$&');
}

/** Code on one line; the fence is longer than any run of backticks in it, and a word joiner keeps `$(` from becoming an icon. */
export function codeSpan(text: string): string {
  const line = inert(text.replace(/[\r\n\u2028\u2029]+/g, ' '));
  const fence = '`'.repeat(longestRun(line) + 1);
  const pad = /^`|`$|^ .* $/.test(line) ? ' ' : '';
  return line === '' ? '' : `${fence}${pad}${line}${pad}${fence}`;
}

/** A fenced block of several lines. */
export function codeBlock(lines: readonly string[]): string {
  const text = inert(lines.map(l => l.replace(/[\r\n\u2028\u2029]+/g, ' ')).join('\n'));
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}text\n${text}\n${fence}`;
}

function inert(text: string): string {
  return text.replaceAll('$(', '$\u2060(');
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(run => run.length));
}

/** Our own sentence with `code` in backticks, from which source text has been freed of backticks. */
export function sentence(text: string): string {
  const parts = text.split('`');
  return parts.map((part, i) => i % 2 === 1 && i < parts.length - 1 ? codeSpan(part) : escapeMarkdown(part)).join('');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** The hover, most important part first, since VS Code shows what fits half an editor's height; under 8 kB. */
export function markdown(description: Description, links: HoverLinks = {}): string {
  const { title, parameterLines, equations, notes } = description;
  const tell = links.tell ?? inEnglish;
  const blocks = [
    `### ${escapeMarkdown(title)}`,
    shapeTable(description.shapes, tell),
    counts(description),
    parameterLines.length > 0 ? codeBlock(parameterLines) : '',
    problems(description, links),
    picture(links),
    equations ? `---\n\n${codeBlock(equations.split('\n'))}` : '',
    notes.map(n => `$(info) ${sentence(n)}`).join('  \n'),
    actions(links.actions ?? []),
  ];
  return blocks.filter(Boolean).join('\n\n');
}

/** Rows of names, shapes and remarks. */
export function shapeTable(rows: Description['shapes'], tell: Tell): string {
  const lines = rows.map(s => `| ${escapeMarkdown(s.what)} | ${cell(codeSpan(s.shape))} | ${cell(sentence(s.note))} |`);
  return [`| | ${escapeMarkdown(tell(saying('shape')))} | |`, '|:--|:--|:--|', ...lines].join('\n');
}

function counts({ counts: { head, rest } }: Description): string {
  return head ? `**${escapeMarkdown(head).replaceAll('\\.', '.')}**${rest}` : '';
}

/** An image with its words beside it for those who do not see it. */
function picture({ picture: drawn }: HoverLinks): string {
  return drawn ? `![${escapeMarkdown(drawn.words)}](${safe(drawn.uri)})` : '';
}

/** More than these are in the Problems view. */
const mostPitfalls = 8;

function problems({ pitfalls }: Description, links: HoverLinks): string {
  return pitfalls.length > 0 ? `---\n\n${pitfalls.slice(0, mostPitfalls).map(p => pitfall(p, links)).join('  \n')}` : '';
}

/** As VS Code marks them; a hint looks like an info there, too. */
const icons = { error: 'error', warning: 'warning', info: 'info', hint: 'info' } as const;

function pitfall({ severity, message, line, elsewhere }: Pitfall, links: HoverLinks): string {
  const url = links.line?.(line);
  const name = escapeMarkdown((links.tell ?? inEnglish)(saying('Line {0}', line)));
  const place = !elsewhere ? '' : url ? `**[${name}](${safe(url)})**: ` : `**${name}**: `;
  return `$(${icons[severity]}) ${place}${sentence(message.length > 240 ? `${message.slice(0, 239)}…` : message)}`;
}

/** Links in a row, below a rule. */
export function actions(list: readonly HoverAction[]): string {
  return list.length > 0 ? `---\n\n${list.map(a => `[$(${a.icon.replace(/[^\w-~]/g, '')}) ${escapeMarkdown(a.label)}](${safe(a.url)})`).join(' &nbsp; ')}` : '';
}

/** A link target that cannot end its bracket. */
function safe(url: string): string {
  return url.replace(/[()<>\s\\]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}
