/** Starts Gatescope: one line a feature. Only names are registered here; what stands behind them is loaded when it is first needed. */
import * as vscode from 'vscode';
import { apiOf, type GatescopeApi } from './host/api';
import { onDidLoadImports } from './host/freshness';
import { CELL_LANGUAGE, CELL_TOKENS, FILE_EDITOR, PANEL } from './host/ids';
import { codeSelector, languageOf } from './host/languages';
import { later, type Later } from './host/later';
import { registerLog } from './host/log';
import { onSettings } from './host/settings';
import { Status } from './host/status';
import { treeViews } from './host/tree';
import type { Lists } from './host/tree/lists';
import { useTexts } from './l10n';

/** What is loaded when it is first needed. */
type Parts = ReturnType<typeof partsOf>;

export function activate(context: vscode.ExtensionContext): GatescopeApi {
  // In English there is no bundle.
  useTexts((vscode.l10n.bundle ?? {}));
  const parts = partsOf(context);
  registerCommands(parts);
  registerForCode(parts);
  registerForCells(parts);
  registerViews(parts);
  return apiOf(parts.panels, parts.lists, parts.status);
}

function partsOf(context: vscode.ExtensionContext) {
  const keep = <T extends vscode.Disposable>(made: T): T => { context.subscriptions.push(made); return made; };
  keep(registerLog());
  const status = keep(new Status(() => vscode.window.createStatusBarItem('gatescope.work', vscode.StatusBarAlignment.Left)));
  const showing = later(() => import('./host/showing'));
  const panels = later(async () => keep((await showing()).makePanels(context, status)));
  const reading = later(async () => keep((await import('./host/reading')).beginReading(context)));
  const cells = later(async () => keep((await import('./host/ownCell')).beginCells(panels)));
  const files = later(() => import('./host/fileEditor'));
  const lists: Later<Lists> = later(async () => { await reading(); return keep((await import('./host/tree/lists')).beginLists(views, status)); });
  const views = keep(treeViews(lists));
  return { context, keep, status, showing, panels, reading, cells, files, lists };
}

function registerCommands({ context, keep, showing, panels, reading, cells, files, lists }: Parts): void {
  const command = (id: string, run: (...given: readonly unknown[]) => unknown): void => { keep(vscode.commands.registerCommand(`gatescope.${id}`, run)); };
  command('visualize', async wish => (await showing()).visualize(await panels(), wish));
  command('openFile', async uri => (await showing()).openFile(await panels(), uri));
  command('compare', async () => (await showing()).showComparison(await panels(), context));
  command('newCell', () => cells.use(c => c.newCell()));
  command('openWith', uri => files.use(f => f.openWith(uri)));
  command('alwaysOpen', uri => files.use(f => f.alwaysOpenLike(uri)));
  command('exportTrace', async () => (await showing()).exportTrace(await panels()));
  command('exportReport', async () => (await showing()).exportReport(await panels(), context));
  command('goToLine', (uri, line) => reading.use(r => r.goToLine(uri, line)));
  command('explainRule', code => reading.use(r => r.explainRule(code)));
  command('refresh', () => lists.use(l => l.refresh()));
  command('stopScan', () => lists.made?.stop());
  command('filter', chosen => lists.use(l => l.chooseFilter(chosen)));
  command('clearFilter', () => lists.made?.clearFilter());
  command('reveal', () => panels.made?.reveal());
  command('pin', () => panels.made?.active?.togglePin());
  command('editBinding', () => panels.made?.active?.command('binding'));
  for (const id of ['showTable', 'copyPicture', 'copyCsv', 'savePng', 'saveSvg', 'saveCsv']) command(id, () => panels.made?.active?.command(id));
}

/** Layers in code. */
function registerForCode(parts: Parts): void {
  const { keep, reading } = parts, { languages } = vscode;
  keep(languages.registerHoverProvider(codeSelector, { provideHover: (document, position) => reading.use(r => r.provideHover(document, position)) }));
  keep(languages.registerCodeLensProvider(codeSelector, { onDidChangeCodeLenses: fresh('codeLens', parts), provideCodeLenses: document => reading.use(r => r.provideCodeLenses(document)) }));
  keep(languages.registerInlayHintsProvider(codeSelector, { onDidChangeInlayHints: fresh('inlayHints', parts), provideInlayHints: (document, range) => reading.use(r => r.provideInlayHints(document, range)) }));
  keep(languages.registerCodeActionsProvider(codeSelector, { provideCodeActions: (document, range, about) => reading.use(r => r.provideCodeActions(document, range, about)) }, { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] }));
  begin(document => languageOf(document) !== undefined, reading, parts);
}

/** Cells that a person writes. */
function registerForCells(parts: Parts): void {
  const { keep, cells } = parts, { languages } = vscode;
  keep(languages.registerHoverProvider(CELL_LANGUAGE, { provideHover: (document, position) => cells.use(c => c.provideHover(document, position)) }));
  keep(languages.registerCompletionItemProvider(CELL_LANGUAGE, { provideCompletionItems: (document, position) => cells.use(c => c.provideCompletionItems(document, position)) }, '*'));
  keep(languages.registerCodeLensProvider(CELL_LANGUAGE, { onDidChangeCodeLenses: fresh('codeLens', parts), provideCodeLenses: document => cells.use(c => c.provideCodeLenses(document)) }));
  keep(languages.registerDocumentSemanticTokensProvider(CELL_LANGUAGE, { provideDocumentSemanticTokens: document => cells.use(c => c.provideDocumentSemanticTokens(document)) }, new vscode.SemanticTokensLegend([...CELL_TOKENS])));
  begin(document => document.languageId === CELL_LANGUAGE, cells, parts);
}

/** Panels, editors, and the inspector. */
function registerViews({ context, keep, showing, panels, files }: Parts): void {
  keep(vscode.window.registerWebviewPanelSerializer(PANEL, { deserializeWebviewPanel: async (panel, state) => (await panels()).restore(panel, state) }));
  keep(vscode.window.registerCustomEditorProvider(FILE_EDITOR, {
    openCustomDocument: uri => files.use(f => f.openDocument(uri, context)),
    resolveCustomEditor: async (document, panel) => (await files()).attachEditor(document, panel, context, await panels()),
  }, { supportsMultipleEditorsPerDocument: true }));
  keep(vscode.window.registerWebviewViewProvider('gatescope.inspector', { resolveWebviewView: async view => (await showing()).resolveInspector(view, context, await panels()) }));
}

/** Fires when what was said of layers may be said otherwise: their imports came in, or the setting changed. */
function fresh(setting: string, { keep }: Parts): vscode.Event<void> {
  const changed = keep(new vscode.EventEmitter<void>());
  keep(onDidLoadImports(() => { changed.fire(); }));
  keep(onSettings([setting], () => { changed.fire(); }));
  return changed.event;
}

/** Milliseconds after the start, when other extensions have started, too. */
const IDLE = 100;

/** Loads in the first idle moment after such a document is there, so that a hover need not wait for it. */
function begin(wanted: (document: vscode.TextDocument) => boolean, load: () => Promise<unknown>, { keep }: Parts): void {
  const timer = setTimeout(() => { if (vscode.workspace.textDocuments.some(wanted)) void load(); }, IDLE);
  const opened = vscode.workspace.onDidOpenTextDocument(document => { if (wanted(document)) { opened.dispose(); void load(); } });
  keep({ dispose: () => { clearTimeout(timer); opened.dispose(); } });
}
