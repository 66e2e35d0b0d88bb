/** Whether outlines are as fresh as the files that their code imports: a count for each file that imports, and events when it moves on. */
import * as vscode from 'vscode';

const loaded = new vscode.EventEmitter<void>();
const outdated = new vscode.EventEmitter<readonly string[]>();
const counts = new Map<string, number>();

/** Fired when imported files have come in or have changed: outlines made before may be fresher now. */
export const onDidLoadImports = loaded.event;

/** Fired with the files (as texts of their addresses) that import, straight or through others, what is another file now. */
export const onDidOutdate = outdated.event;

/** Counts up with every change of what a file imports; an outline made in an earlier state may be old. */
export const importsState = (uri: vscode.Uri): number => counts.get(uri.toString()) ?? 0;

/** Says that texts which a file imports have come in. */
export function importsCame(importer: string): void {
  counts.set(importer, (counts.get(importer) ?? 0) + 1);
  loaded.fire();
}

/** Says that texts which these files import are others now, or gone. */
export function importsOutdated(importers: readonly string[]): void {
  for (const importer of importers) counts.set(importer, (counts.get(importer) ?? 0) + 1);
  loaded.fire();
  outdated.fire(importers);
}
