/** What the settings say of rules: one answer for diagnostics, hovers and the side panel. */
import * as vscode from 'vscode';
import type { Levels } from '../source/lint/level';

export { levelOf } from '../source/lint/level';

/** The settings that hold at a document or a workspace folder. */
export function levelsAt(place: vscode.TextDocument | vscode.Uri): Levels {
  const settings = vscode.workspace.getConfiguration('gatescope.lint', place);
  return settings.get<boolean>('enable', true) ? settings.get<Readonly<Record<string, unknown>>>('rules', {}) : undefined;
}
