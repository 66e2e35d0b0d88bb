/** One recurrent stack: what it is, what the file leaves open about it, its levels, and Visualize. */
import type { FileDoubt, FileLevel, FileStack } from '../../src/fileProtocol';
import { button, el, icon } from '../dom';
import { l10n } from '../l10n';
import { counted, grouped } from '../words';
import type { FileContext } from './context';
import { fold } from './fold';
import { noteLine, type Statistics } from './statistics';
import { drawn, tensorTable } from './tensorTable';

/** A level of so many parameters is opened only by the person. */
const HEAVY = 4e6;
/** Levels open at first. */
const FIRST = 1;

let last = 0;

/** `statisticsOf` keeps a level's statistics from page to page; `seen` is called with a level's body when it is to be filled. */
export interface StackParts {
  readonly place: number;
  statisticsOf(level: number): Statistics;
  seen(body: HTMLElement, statistics: Statistics): void;
}

export function stackSection(context: FileContext, stack: FileStack, parts: StackParts): HTMLElement {
  const visualize = button('button', () => { context.host.visualize(stack.name).catch((error: unknown) => context.live.say(String(error))); },
    { 'aria-label': l10n('Visualize {0}', drawn(stack.name)), 'data-key': `visualize/${stack.name}`, disabled: stack.problem !== undefined }, icon('pulse'), l10n('Visualize'));
  return el('section', { class: 'stack', 'aria-label': l10n('Recurrent layer {0}', drawn(stack.name)) },
    el('header', {}, el('h2', {}, drawn(stack.name)), el('p', { class: 'sizes' }, wordsOf(stack)), visualize),
    ...(stack.problem === undefined ? [] : [noteLine({ severity: 'error', text: l10n('It cannot be run: {0}.', stack.problem) })]),
    ...(stack.doubts.length > 0 ? [el('div', { class: 'doubts' }, ...stack.doubts.map(doubt => doubtLine(context, stack, doubt)))] : []),
    ...stack.levels.map((level, k) => levelBox(context, stack, level, k, parts)));
}

/** What its levels have in common; a single level says the rest itself. */
function wordsOf({ framework, levels }: FileStack): string {
  const named = l10n('named as {0} does', framework);
  if (levels.length < 2) return named;
  const cells = [...new Set(levels.map(l => l.cell))].join(', ');
  return [l10n('{0} {1} levels', levels.length, cells), counted(levels.reduce((sum, l) => sum + l.parameters, 0), 'parameter'), named].join(' · ');
}

const sizesOf = ({ inputSize, units }: FileLevel): string => `${grouped(inputSize)} → ${grouped(units)}`;

function directionWords({ directions, merge }: FileLevel): string {
  if (directions.length < 2) return directions[0] === 'reverse' ? l10n('reverse') : l10n('forward');
  if (merge === 'concat') return l10n('both directions');
  return merge === 'none' ? l10n('both directions, the forward one is handed on') : l10n('both directions, merged by {0}', merge);
}

/** What was taken for granted, on what evidence, and what else it could be. */
function doubtLine(context: FileContext, stack: FileStack, { id, question, options, taken, evidence, decided }: FileDoubt): HTMLElement {
  const box = `doubt${++last}`;
  const select = el('select', { id: box, 'data-key': `doubt/${stack.name}/${id}`, 'aria-describedby': `${box}why` },
    ...options.map(o => el('option', { value: o.id, selected: o.id === taken }, o.label)));
  select.addEventListener('change', () => { context.host.decide(stack.name, id, select.value).catch(() => undefined); });
  return el('div', { class: 'doubt' },
    el('label', { for: box }, icon('question'), question), el('span', { class: 'choice bordered' }, select, icon('chevron-down')),
    el('p', { class: 'note', id: `${box}why` }, decided ? l10n('You decided. The file: {0}', evidence) : evidence));
}

function levelBox(context: FileContext, stack: FileStack, level: FileLevel, k: number, parts: StackParts): HTMLElement {
  const variant = level.variant === '' ? '' : `, ${level.variant}`;
  const heading = [
    el('span', { class: 'levelName' }, drawn(level.name)), el('span', { class: 'kind' }, `${level.cell}${variant}`),
    el('span', { class: 'facts' }, [sizesOf(level), directionWords(level), counted(level.parameters, 'parameter')].join(' · ')),
  ];
  const first = parts.place < FIRST && k < FIRST && level.parameters <= HEAVY;
  const box = fold(context, `level/${stack.name}/${k}`, first, 'h3', heading, body => {
    body.append(
      ...(level.problem === undefined ? [] : [noteLine({ severity: 'error', text: l10n('It cannot be loaded: {0}.', level.problem) })]),
      ...level.assumptions.map(text => noteLine({ severity: 'info', text: l10n('Assumed: {0}.', text) })),
      tensorTable(context, level.tensors, l10n('Tensors of {0} as stored', drawn(level.name)), false));
    if (level.problem !== undefined) return;
    const statistics = parts.statisticsOf(k);
    body.append(statistics.element);
    parts.seen(body, statistics);
  });
  box.element.classList.add('level');
  return box.element;
}
