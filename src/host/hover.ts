/** Hover over a recurrent layer, the variable that holds it, or what it gives: sizes, shapes, parameters, equations, pitfalls, actions. No engine runs. */
import * as vscode from 'vscode';
import { english, type Said } from '../core/said';
import { l10n, term } from '../l10n';
import { describe } from '../source/describe/layer';
import type { Level } from '../source/lint/level';
import { actions, markdown, type HoverAction } from '../source/describe/markdown';
import type { LayerSpec, Mention, Problem, Span } from '../source/outline';
import { valueMarkdown } from '../source/describe/values';
import { cellHover } from './codeCellHover';
import { isDiagnosed } from './diagnostics';
import { lastRun } from './lastRuns';
import { levelOf, levelsAt } from './levels';
import { linkTo, outlineOf } from './outlines';
import type { Theme } from './inks';
import { sparkline, wordsOf } from './sparkline';
import { referenceOf } from './target';

/** What the hover's links may run. */
const enabledCommands = ['gatescope.visualize', 'gatescope.openFile', 'gatescope.goToLine'];

const link = (command: string, ...args: readonly unknown[]): string => `command:${command}?${encodeURIComponent(JSON.stringify(args))}`;

/** The person's language; source text among the values stays as it is. */
const tell = (said: Said): string => english({ text: term(said.text), values: said.values.map(v => typeof v === 'object' ? tell(v) : v) });

/** What is said of the place. */
export function provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
  if (!vscode.workspace.getConfiguration('gatescope', document).get<boolean>('hover', true)) return undefined;
  const found = pointedAt(outlineOf(document).layers, document.offsetAt(position));
  if (!found) return cellHover(document, position, { tell, link, line: lineLink(document), enabledCommands });
  const { spec, mention, span } = found;
  const value = mention !== undefined && mention.what !== 'layer';
  const words = value ? valueText(document, spec, mention) : layerText(document, spec, span);
  if (!words) return undefined;
  const text = new vscode.MarkdownString(words, true);
  text.isTrusted = { enabledCommands };
  return new vscode.Hover(text, new vscode.Range(document.positionAt(span.from), document.positionAt(span.to)));
}

/** A layer's class, else a mention; where mentions lie within one another the shortest. */
function pointedAt(layers: readonly LayerSpec[], offset: number): { readonly spec: LayerSpec; readonly span: Span; readonly mention?: Mention } | undefined {
  const on = ({ from, to }: Span): boolean => from <= offset && offset <= to;
  const call = layers.find(l => on(l.callee));
  if (call) return { spec: call, span: call.callee };
  const all = layers.flatMap(spec => (spec.mentions ?? []).filter(m => on(m.span)).map(mention => ({ spec, mention, span: mention.span })));
  return all.sort((a, b) => (a.span.to - a.span.from) - (b.span.to - b.span.from))[0];
}

const lineLink = (document: vscode.TextDocument) => (n: number): string => link('gatescope.goToLine', document.uri.toString(), n);

/**
 * How problems are reported in the hover of a place. A diagnostic on that very place is off: VS Code shows it above our words, but hints,
 * of which it shows the first two characters only.
 */
function levelsIn(document: vscode.TextDocument, place: Span): (problem: Problem) => Level {
  const levels = levelsAt(document);
  const above = ({ span }: Problem): boolean => isDiagnosed(document) && span.from <= place.from && place.to <= span.to;
  return problem => {
    const level = levelOf(problem, levels);
    return level !== 'hint' && above(problem) ? 'off' : level;
  };
}

function layerText(document: vscode.TextDocument, spec: LayerSpec, place: Span): string {
  const target = linkTo(document, spec);
  const run = lastRun(referenceOf({ kind: 'code', uri: vscode.Uri.parse(target.uri), key: target.key }));
  const fits = run && (spec.units === null || run.units === spec.units) && (spec.inputSize === null || run.inputSize === spec.inputSize);
  return markdown(describe(spec, tell, levelsIn(document, place)), {
    tell, line: lineLink(document),
    ...(fits ? { picture: { uri: sparkline(run, theme()), words: wordsOf(run) } } : {}),
    actions: [
      visualize(target),
      { label: l10n('Compare'), icon: 'split-horizontal', url: link('gatescope.visualize', { ...target, view: 'compare' }) },
      { label: l10n('Use a checkpoint…'), icon: 'file-binary', url: link('gatescope.visualize', { ...target, choose: 'checkpoint' }) },
    ],
  });
}

function valueText(document: vscode.TextDocument, spec: LayerSpec, mention: Mention): string {
  return valueMarkdown(spec, mention, { tell, line: lineLink(document), actions: actions([visualize(linkTo(document, spec))]) });
}

const visualize = (target: ReturnType<typeof linkTo>): HoverAction => ({ label: l10n('Visualize'), icon: 'pulse', url: link('gatescope.visualize', target) });

function theme(): Theme {
  const { Light, HighContrast, HighContrastLight } = vscode.ColorThemeKind;
  const { kind } = vscode.window.activeColorTheme;
  return kind === Light || kind === HighContrastLight ? 'light' : kind === HighContrast ? 'contrast' : 'dark';
}

/** A hover's link to a line. */
export async function goToLine(uri: unknown, line: unknown): Promise<void> {
  if (typeof uri !== 'string' || typeof line !== 'number') return;
  const at = new vscode.Position(Math.max(0, line - 1), 0);
  await vscode.window.showTextDocument(vscode.Uri.parse(uri), { selection: new vscode.Range(at, at) });
}
