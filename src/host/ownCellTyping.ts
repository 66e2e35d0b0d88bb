/** Typing a cell: what is wrong under its letter, what a name is, what could come next, and colours by what names stand for. */
import * as vscode from 'vscode';
import { l10n } from '../l10n';
import { namesIn, offersOn, parameterFormula, wordsOn, type NameKind, type Offer } from '../ownCellText';
import { codeSpan, escapeMarkdown } from '../source/describe/markdown';
import { CELL_TOKENS } from './ids';
import { cellIn, isCell, placeOf } from './ownCellEditor';

/** Milliseconds after the last letter. */
const PAUSE = 150;

/** Calls back when a cell's text has been left alone for so long; the first time at once. */
export function whenTyped(pause: number, act: (document: vscode.TextDocument) => void): vscode.Disposable {
  const timers = new Map<string, NodeJS.Timeout>();
  const stop = (document: vscode.TextDocument): void => { clearTimeout(timers.get(document.uri.toString())); timers.delete(document.uri.toString()); };
  return vscode.Disposable.from(
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (!isCell(document) || contentChanges.length === 0) return;
      stop(document);
      timers.set(document.uri.toString(), setTimeout(() => { stop(document); act(document); }, pause));
    }),
    vscode.workspace.onDidCloseTextDocument(stop),
    { dispose: () => { for (const timer of timers.values()) clearTimeout(timer); } },
  );
}

/** Keeps what is wrong with cells fresh. */
export function showFaults(): vscode.Disposable {
  const found = vscode.languages.createDiagnosticCollection('gatescope');
  const look = (document: vscode.TextDocument): void => {
    if (isCell(document) && !document.isClosed) found.set(document.uri, diagnostics(document));
  };
  vscode.workspace.textDocuments.forEach(look);
  return vscode.Disposable.from(found,
    vscode.workspace.onDidOpenTextDocument(look),
    vscode.workspace.onDidCloseTextDocument(document => { found.delete(document.uri); }),
    whenTyped(PAUSE, look));
}

function diagnostics(document: vscode.TextDocument): vscode.Diagnostic[] {
  const { fault } = cellIn(document);
  if (!fault) return [];
  const said = new vscode.Diagnostic(placeOf(document, fault), fault.message, vscode.DiagnosticSeverity.Error);
  said.source = 'Gatescope';
  return [said];
}

/** What a name stands for. */
export function provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
  const { program } = cellIn(document);
  const range = document.getWordRangeAtPosition(position);
  if (!program || !range) return undefined;
  const [, name = '', prime = ''] = /^(.*?)(['′’]?)$/u.exec(document.getText(range)) ?? [];
  const words = wordsOn(program, name, prime !== '');
  if (!words) return undefined;
  const lines = [`${codeSpan(`${name}${prime && "'"}`)} ${escapeMarkdown(words.what)}`, ...(words.equation === undefined ? [] : [codeSpan(words.equation)]), ...words.more.map(escapeMarkdown)];
  return new vscode.Hover(new vscode.MarkdownString(lines.join('\n\n')), range);
}

const ITEM_KINDS: Readonly<Record<Offer['kind'], vscode.CompletionItemKind>> = {
  function: vscode.CompletionItemKind.Function, signal: vscode.CompletionItemKind.Variable, state: vscode.CompletionItemKind.Field,
  parameter: vscode.CompletionItemKind.Constant, sign: vscode.CompletionItemKind.Operator,
};

/** Behind the line's =, since before it stands a new name; not in labels and comments. */
export function provideCompletionItems(document: vscode.TextDocument, position: vscode.Position): vscode.CompletionItem[] {
  const before = document.lineAt(position).text.slice(0, position.character);
  if (before.includes('#') || /=.*[^\s=(,\-−+/*∘⊙](\s{2,}|\t)[^-−+/*∘⊙]*$/u.test(before)) return [];
  const continued = !/^\s*\p{L}/u.test(before);
  if (!before.includes('=') && !continued) return [];
  const star = before.endsWith('*');
  const word = document.getWordRangeAtPosition(position);
  const called = document.lineAt(position).text[word?.end.character ?? position.character] === '(';
  return offersOn(document.getText(), position.line + 1, word && document.getText(word)).filter(o => !star || o.label === '⊙').map((offer, k) => {
    const item = new vscode.CompletionItem({ label: offer.label, description: offer.detail }, ITEM_KINDS[offer.kind]);
    item.insertText = called ? offer.label : new vscode.SnippetString(offer.insert);
    item.filterText = star ? '*' : offer.typed;
    item.sortText = String(k).padStart(3, '0');
    if (star) item.range = new vscode.Range(position.translate(0, -1), position);
    return item;
  });
}

/** Visualize and the parameters, above a cell. */
export function provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
  if (!vscode.workspace.getConfiguration('gatescope', document).get<boolean>('codeLens', true)) return [];
  const { program } = cellIn(document);
  const top = new vscode.Range(0, 0, 0, 0);
  const visualize = { title: `$(pulse) ${l10n('Visualize')}`, tooltip: l10n('Every gate and state at every timestep'), command: 'gatescope.visualize', arguments: [{ uri: document.uri.toString() }] };
  return [new vscode.CodeLens(top, visualize), ...(program ? [new vscode.CodeLens(top, { title: l10n('parameters: {0}', parameterFormula(program)), command: '' })] : [])];
}

const TOKENS: Readonly<Record<NameKind, typeof CELL_TOKENS[number]>> = { signal: 'variable', state: 'property', input: 'parameter', parameter: 'enumMember' };

/** A gate's name that was changed in one place turns into a learned vector in the others: the colours show it. */
export function provideDocumentSemanticTokens(document: vscode.TextDocument): vscode.SemanticTokens | undefined {
  const { program, fault } = cellIn(document);
  if (!program || fault) return undefined;
  const builder = new vscode.SemanticTokensBuilder();
  for (const { line, column, length, kind } of namesIn(program)) builder.push(line - 1, column - 1, length, CELL_TOKENS.indexOf(TOKENS[kind]));
  return builder.build();
}
