/** What reads the code of open documents: hovers, lenses, hints, diagnostics and their fixes. */
import * as vscode from 'vscode';
import { registerDiagnostics } from './diagnostics';
import { goToLine, provideHover } from './hover';
import { importsWithin, registerImports } from './imports';
import { notebookOf } from './notebooks';
import { outlineOf } from './outlines';
import { provideInlayHints } from './inlay';
import { provideCodeLenses } from './lens';
import { explain, provideCodeActions } from './quickFixes';

/** Begins to report problems and to follow imported files; answers what can be asked of documents. */
export function beginReading(context: vscode.ExtensionContext) {
  const made = vscode.Disposable.from(registerImports(), registerDiagnostics(context));
  return {
    goToLine, provideCodeLenses, provideInlayHints, provideCodeActions,
    explainRule: (code: unknown) => explain(code, context),
    /** Numbers from imported files are there at the first hover already, where they can be read soon. */
    async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
      outlineOf(document); // begins to read what it imports
      await importsWithin(SOON, (notebookOf(document) ?? document).uri);
      return provideHover(document, position);
    },
    dispose: () => { made.dispose(); },
  };
}

/** A hover waits so long for imported files, in milliseconds. */
const SOON = 200;
