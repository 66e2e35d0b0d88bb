/** A line of a list in the side panel; its children are made when it is opened. */
import * as vscode from 'vscode';
import { baseName } from '../plain';

export interface Line {
  readonly item: vscode.TreeItem;
  /** What a command at its right end is about: a class that is a cell, in a file. */
  readonly uri?: string;
  readonly cell?: string;
  children(): readonly Line[];
}

export const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
export const nothing = (): readonly Line[] => [];

/** A line of words; `id` lets VS Code find it again, opened or selected as it was. */
export function line(id: string, label: string, icon: string | undefined, parts: Partial<Pick<vscode.TreeItem, 'description' | 'tooltip' | 'command' | 'resourceUri' | 'contextValue'>> = {}, children?: () => readonly Line[], state = Collapsed): Line {
  const item = new vscode.TreeItem(label, children ? state : None);
  Object.assign(item, { id, ...(icon ? { iconPath: new vscode.ThemeIcon(icon) } : {}), ...parts });
  return { item, children: children ?? nothing };
}

/** A line of a file, with the icon that its theme has for it. */
export function fileLine(uri: vscode.Uri, path: string, description: string, children?: () => readonly Line[], state = Expanded): Line {
  const made = line(uri.toString(), baseName(uri), undefined, { description, tooltip: path, resourceUri: uri, contextValue: 'gatescope.file' }, children, state);
  made.item.iconPath = vscode.ThemeIcon.File;
  return made;
}
