/** The editor of a file: its recurrent layers and what their weights are like, all its tensors, its metadata; or a recording's signals. */
import { connect, type Note } from '../src/protocol';
import type { FileHostApi, FileView, FileWebviewApi } from '../src/fileProtocol';
import { button, el, icon } from './dom';
import { allTensors } from './file/allTensors';
import type { FileContext } from './file/context';
import { fold } from './file/fold';
import { stackSection } from './file/stack';
import { noteLine, Statistics } from './file/statistics';
import { drawn, sizeText } from './file/tensorTable';
import { traceSection } from './file/trace';
import { fileWindow, type Looked } from './file/window';
import { l10n } from './l10n';
import { Live } from './live';
import { readTheme, watchTheme } from './theme';
import { counted } from './words';

const { port, read, write } = fileWindow();
let looked: Looked = read();
let view: FileView | undefined;
/** Where to scroll once what is drawn is tall enough; undefined where the person scrolls. */
let wanted: number | undefined = looked.scroll;
const live = new Live();
const kept = new Map<string, Statistics>();
const messages = el('div', { class: 'messages' });
const note = el('p', { class: 'fileNote', role: 'status', hidden: true });
const problem = el('div', { class: 'problem', role: 'alert' });
const content = el('main', { class: 'file' }, el('h1', { class: 'hidden' }, 'Gatescope'));
messages.append(note, problem);
document.body.append(messages, content, live.element);

const api: FileWebviewApi = {
  show: shown => { view = shown; draw(); },
  note: text => {
    note.hidden = text === undefined || text === null;
    note.replaceChildren(...(note.hidden ? [] : [icon('sync'), text!]));
  },
  failed: found => {
    if (!found) return problem.replaceChildren();
    const actions = found.actions.map(({ id, label }) => button('link', () => context.act(id), {}, label));
    problem.replaceChildren(icon('error'), el('div', {}, el('h2', {}, found.title), ...found.lines.map(l => el('p', {}, l)), el('p', { class: 'actions' }, ...actions)));
  },
  progress: (stack, level, progress) => kept.get(keyOf(stack, level))?.progress(progress),
};
const host = connect<FileHostApi>(port, api);
const context: FileContext = {
  host, live,
  isOpen: (key, first) => looked.toggled[key] ?? first,
  setOpen: (key, open) => keep({ toggled: { ...looked.toggled, [key]: open } }),
  act: (id, value) => { host.act(id, value).catch((error: unknown) => live.say(error instanceof Error ? error.message : String(error))); },
};
/** Statistics begin when a level is really looked at. */
const eyes = new IntersectionObserver(entries => {
  for (const { isIntersecting, target } of entries) if (isIntersecting && view) waiting.get(target)?.want(view.revision);
}, { rootMargin: '100px' });
const waiting = new WeakMap<Element, Statistics>();

const keyOf = (stack: string, level: number): string => `${stack}/${level}`;

function keep(part: Partial<Looked>): void {
  looked = { ...looked, ...part };
  write(looked);
}

/** All anew; what was open, typed and looked at stays. */
function draw(): void {
  if (!view) return;
  const focused = (document.activeElement as HTMLElement | null)?.dataset['key'];
  const { trace } = view;
  eyes.disconnect();
  wanted ??= window.scrollY;
  content.replaceChildren(
    heading(view),
    ...(view.warnings.length > 0 ? [el('div', { class: 'notes' }, ...view.warnings.map(text => noteLine({ severity: 'warning', text })))] : []),
    ...(trace ? [traceSection(context, trace)] : stacks(view)),
    ...(trace ? [] : [tensors(view)]),
    ...(view.metadata.length > 0 ? [metadata(view)] : []));
  if (focused !== undefined) content.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  restore();
}

function heading({ name, size, format, tensors, trace, stacks }: FileView): HTMLElement {
  const facts = [trace ? l10n('trace') : format, sizeText(size), ...(trace ? [] : [counted(tensors, 'tensor'), counted(stacks.length, 'recurrent layer')])].join(' · ');
  const always = button('link', () => context.act('alwaysOpen'), { 'data-key': 'alwaysOpen' }, l10n('Always open with Gatescope…'));
  return el('header', { class: 'top' },
    el('div', { class: 'bar second' }, el('h1', {}, trace ? l10n('What was recorded in {0}?', drawn(name)) : l10n('What is in {0}?', drawn(name))), el('p', { class: 'sizes' }, facts), always));
}

function stacks(shown: FileView): HTMLElement[] {
  if (shown.stacks.length === 0) return [noteLine(nothing(shown))];
  return shown.stacks.map((stack, place) => stackSection(context, stack, {
    place,
    statisticsOf: level => statisticsOf(stack.name, level, stack.levels[level]?.name ?? stack.name),
    seen: (body, statistics) => {
      waiting.set(body, statistics);
      eyes.observe(body);
    },
  }));
}

const nothing = ({ tensors }: FileView): Note => ({
  severity: 'info',
  text: tensors > 0
    ? l10n('No recurrent layer was found by the names of the tensors. Tensors with other names can be bound by hand: run Visualize LSTM on the code, and choose this file.')
    : l10n('The file holds no tensors.'),
});

function statisticsOf(stack: string, level: number, name: string): Statistics {
  const key = keyOf(stack, level);
  const made = kept.get(key) ?? new Statistics(context, stack, level, drawn(name));
  kept.set(key, made);
  return made;
}

function tensors(shown: FileView): HTMLElement {
  return section(fold(context, 'tensors', shown.stacks.length === 0, 'h2', [l10n('All tensors'), el('span', { class: 'facts' }, counted(shown.tensors, 'tensor'))],
    body => body.append(allTensors(context, looked.filter, filter => keep({ filter })))).element);
}

function metadata(shown: FileView): HTMLElement {
  const pairs = shown.metadata.flatMap(({ key, value }) => [el('dt', {}, drawn(key)), el('dd', {}, value)]);
  return section(fold(context, 'metadata', shown.trace === undefined, 'h2', [l10n('Metadata'), el('span', { class: 'facts' }, counted(shown.metadata.length, 'entry'))],
    body => body.append(el('dl', { class: 'metadata' }, ...pairs))).element);
}

const section = (...children: readonly HTMLElement[]): HTMLElement => el('section', { class: 'more' }, ...children);

let scrolled = 0;
window.addEventListener('scroll', () => {
  window.clearTimeout(scrolled);
  scrolled = window.setTimeout(() => { if (wanted === undefined) keep({ scroll: window.scrollY }); }, 100);
});

/** What comes late makes the page taller: then the place that was looked at is there again. */
function restore(): void {
  if (wanted === undefined || document.documentElement.scrollHeight < wanted + window.innerHeight) return;
  window.scrollTo(0, wanted);
  wanted = undefined;
}
new ResizeObserver(restore).observe(content);
for (const act of ['wheel', 'keydown', 'pointerdown']) window.addEventListener(act, () => { wanted = undefined; }, { passive: true });

readTheme();
watchTheme(() => requestAnimationFrame(() => { readTheme(); }));
host.ready().catch(() => undefined);
