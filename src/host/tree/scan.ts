/**
 * One look through the workspace for the side panel: files are found, read in small batches between which others have their turn, and
 * kept by their time and size, so that the next look reads only what changed.
 */
import * as vscode from 'vscode';
import type { Binding } from '../../binding';
import { open, sought } from '../../formats/index';
import type { Checkpoint, Trace } from '../../formats/format';
import { fileBytes, fileFacts, turn } from '../../platform/node';
import { outline } from '../../source/index';
import { codeEndings, languageOfFile } from '../../source/endings';
import type { CodeCell } from '../../source/cell/spec';
import type { LayerSpec, Outline } from '../../source/outline';
import { savedBindings } from '../bindings';
import { exclusionsOf, exclusionsWithGit, type Exclusions } from '../exclusions';
import { bytesOf } from '../folders';
import { relativePath } from '../paths';
import { importsRead } from '../imports';
import { mayHoldLayers } from '../languages';
import { log } from '../log';
import { outlineAt } from '../outlines';

/** A file, with its path from its workspace folder and as it is shown. */
interface Place { readonly uri: vscode.Uri; readonly folder: vscode.Uri; readonly path: string; readonly shown: string }
export interface CodeFile extends Place { readonly layers: readonly LayerSpec[]; readonly cells: readonly CodeCell[] }
/** A text says why it cannot be read; a number is the size of one that is elsewhere, too large to be fetched unasked. */
export interface DataFile extends Place { readonly opened: Checkpoint | Trace | string | number }

export interface Found {
  /** With at least one layer, or a cell of their own. */
  readonly code: readonly CodeFile[];
  readonly data: readonly DataFile[];
  /** By workspace folder. */
  readonly bindings: ReadonlyMap<string, ReadonlyMap<string, Binding>>;
  readonly state: 'never' | 'looking' | 'done' | 'stopped';
  /** Files looked at, of so many. */
  readonly looked: number;
  readonly total: number;
  /** More files than the setting allows: the rest was left out. */
  readonly capped: boolean;
}

interface Kept<T> { readonly mtime: number; readonly size: number; readonly file: T }

/** A configuration with weights is listed as a checkpoint. */
const WITH_WEIGHTS = /"weightsManifest"/;
/** Longer code is data. Notebooks carry pictures. */
const LONGEST = 1_000_000, LONGEST_NOTEBOOK = 8_000_000;
/** Bytes that are fetched from elsewhere unasked. */
const LARGE = 20e6;
/** Files read at a time, milliseconds till others have their turn, and till what was found is shown. */
const LANES = 8, SLICE = 8, SHOW = 150;

export class Scan implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly code = new Map<string, Kept<CodeFile>>();
  private readonly data = new Map<string, Kept<DataFile>>();
  private bindings: Found['bindings'] = new Map();
  private exclusions: readonly { readonly folder: vscode.Uri; readonly code: Exclusions; readonly data: Exclusions }[] = [];
  private source = new vscode.CancellationTokenSource();
  private now: Found['state'] = 'never';
  private made: Found | undefined;
  private looked = 0;
  private total = 0;
  private capped = false;
  private running: Promise<void> = Promise.resolve();
  private lesson = 0;
  private shown = 0;
  private rested = 0;

  get state(): Found['state'] { return this.now; }

  /** What was found so far; the same object till something changes. */
  get found(): Found { return this.made ??= this.make(); }

  private make(): Found {
    const files = <T extends Place>(kept: ReadonlyMap<string, Kept<T>>, shows: (file: T) => boolean): T[] => [...kept.values()].map(k => k.file).filter(shows).sort((a, b) => a.shown < b.shown ? -1 : 1);
    const { bindings, looked, total, capped } = this;
    return { code: files(this.code, f => f.layers.length + f.cells.length > 0), data: files(this.data, () => true), bindings, state: this.now, looked, total, capped };
  }

  private tell(): void {
    this.made = undefined;
    this.changed.fire();
  }

  /** Looks through everything again; a look that is under way is given up. */
  start(): Promise<void> { return this.running = this.run(); }

  private async run(): Promise<void> {
    this.source.cancel();
    this.source = new vscode.CancellationTokenSource();
    const { token } = this.source;
    Object.assign(this, { now: 'looking', looked: 0, total: 0, capped: false, shown: Date.now(), rested: performance.now() });
    this.tell();
    const begun = performance.now();
    await this.look(token).catch((error: unknown) => { log().warn(error instanceof Error ? error.message : String(error)); }); // such as of a folder that went away
    if (token !== this.source.token) return this.running; // another look has begun
    this.now = token.isCancellationRequested ? 'stopped' : 'done';
    log().info(`Looked through ${this.looked} of ${this.total} files in ${Math.round(performance.now() - begun)} ms.`);
    this.tell();
  }

  stop(): void { this.source.cancel(); }

  private async look(token: vscode.CancellationToken): Promise<void> {
    const most = vscode.workspace.getConfiguration('gatescope').get<number>('maximumFiles', 20_000);
    await this.learn(token);
    // Checkpoints first: they are few, and layers are matched with them.
    const data = await this.list(sought(), 'data', most, token);
    const code = await this.list(codeEndings, 'code', most, token);
    if (token.isCancellationRequested) return;
    const places = [...data.map(place => () => this.readData(place)), ...code.map(place => () => this.readCode(place))];
    forget(this.data, data);
    forget(this.code, code);
    this.total = places.length;
    const queue = places.values();
    await Promise.all(Array.from({ length: LANES }, async () => {
      for (const read of queue) {
        if (token.isCancellationRequested) return;
        await read();
        if (token.isCancellationRequested) return;
        this.looked++;
        await this.rest();
      }
    }));
  }

  /** What is left out, and what is bound. */
  private async learn(token?: vscode.CancellationToken): Promise<void> {
    const mine = ++this.lesson;
    const folders = (vscode.workspace.workspaceFolders ?? []).map(f => f.uri);
    const exclusions = await Promise.all(folders.map(async folder => {
      const git = vscode.workspace.getConfiguration('gatescope', folder).get<string>('gitignore', 'code');
      const plain = exclusionsOf(folder), ignored = git === 'none' ? plain : await exclusionsWithGit(folder, token);
      return { folder, code: ignored, data: git === 'all' ? ignored : plain };
    }));
    const bindings = new Map(await Promise.all(folders.map(async folder => [folder.toString(), await savedBindings(folder)] as const)));
    if (mine === this.lesson) Object.assign(this, { exclusions, bindings }); // else settings have changed since
  }

  private async list(endings: readonly string[], kind: 'code' | 'data', most: number, token: vscode.CancellationToken): Promise<Place[]> {
    const lists = await Promise.all(this.exclusions.map(async exclusions => {
      const { folder } = exclusions, { glob, isOut } = exclusions[kind];
      const found = await vscode.workspace.findFiles(new vscode.RelativePattern(folder, `**/*.{${endings.join(',')}}`), glob, most + 1, token);
      this.capped ||= found.length > most;
      const places: Ranked[] = [];
      for (const uri of found) {
        const path = relativePath(folder, uri);
        if (!isOut(path)) places.push(ranked(placeOf(uri, folder, path)));
        await this.rest();
      }
      return places;
    }));
    const all = lists.flat().sort((a, b) => a.rank - b.rank || (a.place.shown < b.place.shown ? -1 : 1));
    await this.rest();
    this.capped ||= all.length > most;
    return all.slice(0, most).map(a => a.place);
  }

  /** Others have their turn every few milliseconds, and what was found is shown now and then. Lanes that wake together go on one after another. */
  private async rest(): Promise<void> {
    if (performance.now() - this.rested < SLICE) return;
    while (performance.now() - this.rested >= SLICE) {
      const { rested } = this;
      await turn();
      if (rested === this.rested) this.rested = performance.now();
    }
    if (Date.now() - this.shown < SHOW) return;
    this.shown = Date.now();
    this.tell();
  }

  private async readCode(place: Place): Promise<void> {
    await keep(this.code, place, async size => {
      const { layers, cells = [] } = size > (place.path.endsWith('.ipynb') ? LONGEST_NOTEBOOK : LONGEST) ? nothing : await outlineFor(place.uri, () => this.rest());
      return { ...place, layers, cells };
    });
  }

  private async readData(place: Place): Promise<void> {
    await keep(this.data, place, async size => {
      if (place.uri.scheme !== 'file' && size > LARGE) return { ...place, opened: size };
      return { ...place, opened: await bytesOf(place.uri).then(async bytes => { await this.rest(); return open(bytes); }).catch((error: unknown) => error instanceof Error ? error.message : String(error)) };
    });
  }

  /** Files that came, changed or went, and addresses of those whose imports did: only they are looked at again. */
  async touch(touched: readonly vscode.Uri[], outdated: readonly string[] = []): Promise<void> {
    const again = outdated.flatMap(key => this.code.get(key)?.file.uri ?? []);
    const uris = [...touched, ...again];
    // What comes during a look may lie behind it: it begins anew, and finds everything as it is now. One that was told to stop is not begun again.
    const anew = this.now === 'looking' && !this.source.token.isCancellationRequested;
    await (anew ? this.start() : this.running);
    if (this.now === 'never' || this.now === 'looking') return;
    if (!anew && this.now === 'done' && (uris.some(uri => uri.path.endsWith('/.gitignore')) || await this.holdsFolder(uris))) { await this.start(); return; }
    if (uris.some(uri => uri.path.endsWith('/.vscode/gatescope.json'))) await this.learn();
    for (const uri of again) this.code.delete(uri.toString());
    for (const uri of [...uris, ...this.below(uris)]) {
      const at = this.exclusions.find(e => uri.path.startsWith(`${e.folder.path}/`));
      if (!at) continue;
      const path = relativePath(at.folder, uri), place = placeOf(uri, at.folder, path);
      if (languageOfFile(path) && !at.code.isOut(path)) await this.readCode(place);
      if (sought().some(e => path.toLowerCase().endsWith(`.${e}`)) && !at.data.isOut(path)) await this.readData(place);
    }
    this.tell();
  }

  /** Whether a folder came or went: of what lies in it nothing need be told. */
  private async holdsFolder(uris: readonly vscode.Uri[]): Promise<boolean> {
    const within = uris.filter(uri => this.exclusions.some(e => uri.path.startsWith(`${e.folder.path}/`) && !e.code.isOut(relativePath(e.folder, uri))));
    if (this.below(within).length > 0) return true;
    for (const uri of within) {
      const { type } = await Promise.resolve(vscode.workspace.fs.stat(uri)).catch(() => ({ type: vscode.FileType.Unknown }));
      if (type & vscode.FileType.Directory) return true;
    }
    return false;
  }

  /** The known files in folders that came or went. */
  private below(uris: readonly vscode.Uri[]): vscode.Uri[] {
    const folders = new Set(uris.map(String));
    const lies = (key: string): boolean => {
      for (let end = key.lastIndexOf('/'); end > 0; end = key.lastIndexOf('/', end - 1)) if (folders.has(key.slice(0, end))) return true;
      return false;
    };
    return [...this.code, ...this.data].filter(([key]) => lies(key)).map(([, { file }]) => file.uri);
  }

  dispose(): void {
    this.source.cancel();
    this.changed.dispose();
  }
}

/** Reads a file unless it is as it was; what is gone is forgotten. */
async function keep<T>(kept: Map<string, Kept<T>>, { uri }: Place, read: (size: number) => Promise<T>): Promise<void> {
  const key = uri.toString();
  try {
    const { mtime, size } = await factsOf(uri);
    const known = kept.get(key);
    if (known?.mtime === mtime && known.size === size) return;
    kept.set(key, { mtime, size, file: await read(size) });
  } catch {
    kept.delete(key);
  }
}

/** Local files are read without a detour through the window, which is a message there and back for each. */
const factsOf = (uri: vscode.Uri): PromiseLike<{ readonly mtime: number; readonly size: number }> => uri.scheme === 'file' ? fileFacts(uri.fsPath) : vscode.workspace.fs.stat(uri);

async function wholeOf(uri: vscode.Uri): Promise<Uint8Array> {
  if (uri.scheme !== 'file') return vscode.workspace.fs.readFile(uri);
  const bytes = await fileBytes(uri.fsPath);
  return bytes.read(0, bytes.size);
}

function forget(kept: Map<string, unknown>, places: readonly Place[]): void {
  const there = new Set(places.map(p => p.uri.toString()));
  for (const key of kept.keys()) if (!there.has(key)) kept.delete(key);
}

const nothing: Outline = { layers: [], problems: [] };

/** Layers of a file, and cells that it defines; an open one counts with its unsaved edits. */
async function outlineFor(uri: vscode.Uri, rest: () => Promise<void>): Promise<Outline> {
  const key = uri.toString();
  if (vscode.workspace.textDocuments.some(d => d.uri.toString() === key)) return (await outlineAt(uri)).outline;
  const text = new TextDecoder().decode(await wholeOf(uri));
  const language = languageOfFile(uri.path) ?? 'python';
  if (!mayHoldLayers(text, language) || language === 'json' && WITH_WEIGHTS.test(text)) return nothing;
  const imports = await importsRead(uri, text);
  await rest();
  return outline(text, language, undefined, imports);
}

function placeOf(uri: vscode.Uri, folder: vscode.Uri, path: string): Place {
  const several = (vscode.workspace.workspaceFolders?.length ?? 0) > 1;
  return { uri, folder, path, shown: several ? `${vscode.workspace.getWorkspaceFolder(uri)?.name ?? ''}/${path}` : path };
}

interface Ranked { readonly place: Place; readonly rank: number }

/** Python comes first: most models are written in it. */
const ranked = (place: Place): Ranked => ({ place, rank: codeEndings.indexOf(place.path.slice(place.path.lastIndexOf('.') + 1).toLowerCase()) });
