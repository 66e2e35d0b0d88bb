/**
 * The panel in a plain browser, for looking at it: a stand-in for VS Code's API in front of a real session (or a made-up large one).
 * Query: ?model=char|random|gru|rnn|stack|evil|big|empty|loading|error &theme=dark|light|hc|hcLight &language=pt-br
 */
import { narrowed } from '../../src/core/narrow';
import { connect, type HostApi, type Port, type Remote, type Tile, type TileRequest, type ViewState, type WebviewApi } from '../../src/protocol';
import { Recorder, type RecorderApi } from '../../src/recorder';
import { numbersOf, Session } from '../../src/session';
import { besidesOf, BIG, bigScene, lineOf, subjectOf } from './models';
import { dress, type ThemeName } from './themes';
import '../../webview/l10n';

declare global {
  interface Window {
    acquireVsCodeApi(): unknown;
    /** What the panel told its host, for tests. */
    told: { acts: [string, string | undefined][]; selections: unknown[]; saved: ViewState | undefined };
    remote: Remote<WebviewApi>;
    dress(theme: ThemeName): void;
    /** A signal of the whole sequence as the engine left it, [steps, units]. */
    truth(level: number, direction: number, signal: string): Promise<Tile>;
  }
}

const query = new URLSearchParams(location.search);
const model = query.get('model') ?? 'char';
dress((query.get('theme') ?? 'dark') as ThemeName);
document.body.dataset['page'] = query.get('page') ?? 'main';
window.dress = dress;
window.told = { acts: [], selections: [], saved: undefined };

/** Two ends in one window: what one posts arrives later, cloned, at the other. */
function wire(): Port {
  let toHost: ((message: unknown) => void) | undefined;
  const stored = sessionStorage.getItem(`state:${model}`);
  window.acquireVsCodeApi = () => ({
    postMessage: (message: unknown) => { const copy: unknown = structuredClone(message); setTimeout(() => toHost?.(copy)); },
    getState: () => (stored === null ? undefined : JSON.parse(stored) as unknown),
    setState: (state: unknown) => sessionStorage.setItem(`state:${model}`, JSON.stringify(state)),
  });
  return {
    post: message => { const data: unknown = structuredClone(message); setTimeout(() => window.dispatchEvent(new MessageEvent('message', { data }))); },
    listen: handler => { toHost = handler; },
  };
}

const recorder = new Recorder({ progress: () => undefined }, () => Promise.resolve());
/** The recorder without a worker: its methods, as promises. */
const asRemote = new Proxy({}, { get: (_, name) => (...args: unknown[]) => Promise.resolve((recorder as unknown as Record<string, (...a: unknown[]) => unknown>)[String(name)]?.(...args)) }) as Remote<RecorderApi>;
const session = new Session(asRemote);

/** What the invented large model answers itself. */
const bigNumbers: Partial<HostApi> = {
  tiles: async requests => requests.map(bigTile),
  order: async () => Int32Array.from({ length: BIG.units }, (_, k) => k),
  card: async (_level, _direction, unit) => bigCard(unit),
};

const api: HostApi = {
  ready: async () => { void start(); },
  ...numbersOf(() => session),
  ...(model === 'big' && bigNumbers),
  select: selection => { window.told.selections.push(selection); },
  save: state => { window.told.saved = state; },
  act: async (id, value) => { window.told.acts.push([id, value]); if (id === 'sequence') await another(Number(value)); },
  saveAs: async (name, content) => { window.told.acts.push([`save ${name}`, content]); return true; },
  cells: async () => [{ id: 'file:///mine.cell', name: 'mine' }],
  binding: async () => [
    { id: 'checkpoint', label: 'Checkpoint', value: 'examples/char_lstm/char_lstm.safetensors', why: 'chosen by shape and name' },
    { id: 'prefix', label: 'Tensors', value: 'lstm.*_l0', why: 'chosen by shape and name' },
    { id: 'input', label: 'Input', value: 'examples/char_lstm/text.txt', why: 'chosen by you' },
    { id: 'vocabulary', label: 'Vocabulary', value: 'examples/char_lstm/vocabulary.json', why: 'saved' },
    { id: 'encoder', label: 'Encoder', value: '', why: 'one-hot: the input size is the size of the vocabulary' },
  ],
};
/** Another sequence of those that the model has. */
async function another(at: number): Promise<void> {
  const subject = lineOf(at);
  if (subject) void remote.scene(await session.open(subject));
}

const remote = connect<WebviewApi>(wire(), api);
window.remote = remote;
window.truth = (level, direction, signal) => session.tile({ revision: 0, level, direction, signal, from: 0, to: session.scene?.steps ?? 0, columns: 1e9 });

async function start(): Promise<void> {
  if (model === 'big') return void remote.scene(bigScene());
  if (model === 'loading') return void remote.progress({ done: 6200, total: 10000, what: 'Running lstm' });
  if (model === 'error') {
    void remote.failed({ title: 'char_lstm.safetensors does not fit lstm.', lines: ['Expected weight_ih_l0 of shape (192, 96), found (192, 128).', 'The checkpoint was saved with an input size of 128.'], actions: [{ id: 'edit:checkpoint', label: 'Choose another checkpoint…' }] });
  }
  const subject = subjectOf(model === 'error' ? 'char' : model);
  if (!subject) return;
  await session.open(subject);
  for (const other of besidesOf(model)) await session.beside(`beside:${other.model}`, other);
  const { scene } = session;
  if (scene) void remote.scene(scene);
  if (document.body.dataset['page'] === 'inspector') void remote.selected({ level: 0, direction: 0, unit: 27, step: 174, signal: 'f' });
}

function bigTile({ revision, level, direction, signal, from, to, columns, part, extremes = false }: TileRequest): Tile {
  const bucket = 2 ** Math.max(0, Math.ceil(Math.log2((to - from) / columns)));
  const count = Math.ceil((to - from) / bucket);
  const gate = 'ifo'.includes(signal);
  const shift = signal.charCodeAt(0);
  const at = (k: number, u: number): number => {
    const v = Math.sin((from + k * bucket) / (20 + (u % 37)) + u + shift) * Math.cos(u * 0.1 + shift);
    return gate ? 0.5 + 0.5 * v : v;
  };
  const mean = Float32Array.from({ length: count * BIG.units }, (_, k) => at(Math.floor(k / BIG.units), k % BIG.units));
  const storey = { rows: count, mean, min: mean.map(v => v - 0.1), max: mean.map(v => v + 0.1) };
  const narrow = part === undefined ? part : part === 'bands' ? { kind: 'bands' as const } : 'first' in part ? { kind: 'units' as const, ...part } : { kind: 'lines' as const, pool: part.pool, order: new Int32Array(0) };
  return { revision, level, direction, signal, from, to, bucket, columns: count, ...narrowed(storey, 0, count, BIG.units, bucket > 1, { part: narrow, extremes }), ...(part && { part }) };
}

function bigCard(unit: number): Awaited<ReturnType<HostApi['card']>> {
  return { unit, sentence: { text: 'Made up.', values: [] }, saturation: [{ signal: 'f', closed: 0.2, open: 0.4 }], follows: [], test: { text: '', values: [] }, contexts: [], contextScale: 1, contextSignal: 'c', movesWith: [] };
}
