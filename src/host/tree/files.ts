/** The lists Checkpoints and Traces. */
import * as vscode from 'vscode';
import type { Checkpoint, Trace } from '../../formats/format';
import { l10n, thousands } from '../../l10n';
import { stackWords } from '../openFile';
import { Collapsed, fileLine, line, type Line } from './line';
import type { DataFile, Found } from './scan';

/** Checkpoints, and what cannot be read. */
export function checkpointLines({ data }: Found): Line[] {
  return data.flatMap(file => {
    const { opened } = file;
    if (typeof opened === 'string') return isJson(file.path) ? [] : [unreadable(file, opened)];
    if (typeof opened === 'number') return [far(file, opened)];
    return opened.kind === 'checkpoint' && (opened.stacks.length > 0 || isModel(file.path)) ? [checkpointLine(file, opened)] : [];
  });
}

/** Recordings. */
export const traceLines = ({ data }: Found): Line[] => data.flatMap(file => typeof file.opened === 'object' && file.opened.kind === 'trace' ? [traceLine(file, file.opened)] : []);

/** Most of these are settings and vocabularies: that they are no checkpoints need not be said. */
const isJson = (path: string): boolean => /\.json$/i.test(path);

/** An archive of arrays may be anything; a model without a layer of ours is worth a line that says so. */
const isModel = (path: string): boolean => !/\.(npz|h5|hdf5|msgpack|json)$/i.test(path);

const openCommand = (uri: vscode.Uri, stack?: string): vscode.Command =>
  ({ title: l10n('Visualize'), command: 'gatescope.openFile', arguments: [{ uri: uri.toString(), ...(stack === undefined ? {} : { stack }) }] });

function checkpointLine({ uri, shown }: DataFile, { tensors, stacks }: Checkpoint): Line {
  const stackLines = (): Line[] => stacks.map(stack => line(`${uri.toString()}#${stack.name}`, stack.name, 'layers', { description: stackWords(stack), command: openCommand(uri, stack.name) }));
  return fileLine(uri, shown, tensors.length === 1 ? l10n('1 tensor') : l10n('{0} tensors', thousands(tensors.length)), stacks.length > 0 ? stackLines : undefined, Collapsed);
}

function traceLine({ uri, shown }: DataFile, { steps }: Trace): Line {
  const made = fileLine(uri, shown, steps === 1 ? l10n('1 step') : l10n('{0} steps', thousands(steps)));
  made.item.command = openCommand(uri);
  return made;
}

function far({ uri, shown }: DataFile, size: number): Line {
  const made = fileLine(uri, shown, l10n('{0} MB, not fetched yet', thousands(Math.round(size / 1e6))));
  made.item.command = openCommand(uri);
  return made;
}

function unreadable({ uri, shown }: DataFile, why: string): Line {
  const made = fileLine(uri, shown, l10n('cannot be read'));
  made.item.iconPath = new vscode.ThemeIcon('warning');
  made.item.tooltip = why;
  return made;
}
