/** What is dead, stuck or growing, in words, with the evidence a click away; and the table of weights. */
import type { Finding, HealthAnswer, WeightRow } from '../../../src/questions/health';
import { button, el, icon } from '../../dom';
import { l10n } from '../../l10n';
import type { SceneSignal } from '../../../src/protocol';
import type { Store } from '../../state';
import { figures, fixed, percent } from '../../words';
import { showInTimeline } from './goTo';
import { scientific } from './wording';

interface Said { readonly severity: 'error' | 'warning' | 'info'; readonly text: string; readonly signal?: string; readonly units?: readonly number[]; readonly count?: number; readonly step?: number }
type Of<K extends Finding['kind']> = Extract<Finding, { readonly kind: K }>;

const unitsWords = (count: number): string => (count === 1 ? l10n('one unit') : l10n('{0} units', count));

/** How each kind is said. */
const WORDS: { readonly [K in Finding['kind']]: (f: Of<K>, name: (signal: string) => string) => Said } = {
  notFinite: (f, name) => f.signal === 'x' ? { severity: 'error', text: l10n('The first number that is not finite is in the input: feature {0} is {1} at step {2}.', f.unit, f.value, f.step) } : ({ severity: 'error', text: l10n('The first number that is not finite: {0} of unit {1} is {2} at step {3}.', name(f.signal), f.unit, f.value, f.step), signal: f.signal, units: [f.unit], step: f.step }),
  brokenWeight: f => ({ severity: 'error', text: f.count > 1 ? l10n('The weight {0}[{1}, {2}] is {3}, and {4} more of that tensor are not finite.', f.parameter, f.row, f.column, f.value, f.count - 1) : l10n('The weight {0}[{1}, {2}] is {3}.', f.parameter, f.row, f.column, f.value) }),
  emptyWeight: f => ({ severity: 'warning', text: l10n('The weights {0} are nothing but zeros.', f.parameter) }),
  dead: (f, name) => ({ severity: 'warning', text: f.count === 1 ? l10n('One unit is dead: its {0} deviates by {1} only.', name(f.signal), scientific(f.std)) : l10n('{0} units are dead: their {1} deviates by {2} at most.', f.count, name(f.signal), scientific(f.std)), signal: f.signal, units: f.units, count: f.count }),
  stuck: (f, name) => ({ severity: 'warning', text: (f.side === 'closed' ? l10n('The {0} is stuck closed in {1}: below 0.1 in up to {2} of the steps.', name(f.signal), unitsWords(f.count), percent(f.share)) : l10n('The {0} is stuck open in {1}: above 0.9 in up to {2} of the steps.', name(f.signal), unitsWords(f.count), percent(f.share))), signal: f.signal, units: f.units, count: f.count }),
  exploding: (f, name) => ({ severity: 'warning', text: l10n('The {0} grows in {1}: it reaches {2} at step {3} and still rises.', name(f.signal), unitsWords(f.count), figures(f.value, 3), f.step), signal: f.signal, units: f.units, count: f.count, step: f.step }),
  keepBias: (f, name) => f.low
    ? { severity: 'warning', text: l10n('The bias of the {0} averages {1}: alone it keeps {2} of the cell state a step. It is usually started at 1 (Jozefowicz et al. 2015).', name(f.signal), fixed(f.mean), fixed(f.keeps)), signal: f.signal }
    : { severity: 'info', text: l10n('The bias of the {0} averages {1}, as it is usually started: alone it keeps {2} of the cell state a step.', name(f.signal), fixed(f.mean), fixed(f.keeps)), signal: f.signal },
  radius: f => ({ severity: 'warning', text: l10n('The spectral radius of {0} is {1}{2}, above 1: small states grow, and gradients can explode.', f.parameter, f.estimated ? l10n('about') + ' ' : '', fixed(f.radius, 3)) }),
};

const LINKS = 8;

/** The findings as a list; says what was looked for, and that nothing was found where that is so. */
export function findingsList({ findings, steps, stride }: HealthAnswer, signals: readonly SceneSignal[], store: Store): HTMLElement {
  const name = (signal: string): string => { const label = signals.find(s => s.name === signal)?.label; return label ? `${label} ${signal}` : signal; };
  const said = findings.map(f => (WORDS[f.kind] as (f: Finding, name: (signal: string) => string) => Said)(f, name));
  const some = said.some(s => s.severity !== 'info');
  const every = stride > 1 ? ` ${l10n('Looked at one step in {0}.', stride)}` : '';
  return el('div', {},
    ...(some ? [] : [el('p', { class: 'gradient-none' }, icon('pass'), el('span', {}, l10n('Nothing is dead or stuck.')))]),
    el('ul', { class: 'gradient-findings' }, ...said.map(s => findingLine(s, store))),
    el('p', { class: 'note' }, l10n('Looked for, over {0} steps: numbers that are not finite; units whose h deviates less than 10⁻⁴; gates closed or open in more than 99% of the steps; states beyond 10 that still rise; weights that are broken or all zero; keep biases near 0 or 1; without gates, a spectral radius above 1.', steps) + every));
}

const ICONS = { error: 'error', warning: 'warning', info: 'info' } as const;

function findingLine({ severity, text, signal, units = [], count = 0, step }: Said, store: Store): HTMLElement {
  const show = (unit?: number): void => { if (signal !== undefined) showInTimeline(store, signal, unit, step); };
  const links = signal === undefined ? [] : units.length > 0
    ? units.slice(0, LINKS).map(unit => button('link', () => show(unit), { 'aria-label': l10n('Show unit {0} in the timeline', unit) }, l10n('unit {0}', unit)))
    : [button('link', () => show(), {}, l10n('Show in the timeline'))];
  const more = count > LINKS ? el('span', { class: 'note' }, l10n('and {0} more', count - LINKS)) : undefined;
  return el('li', { class: `gradient-${severity}` }, icon(ICONS[severity]), el('div', {}, el('span', {}, text), ...(links.length > 0 ? [el('div', { class: 'gradient-links' }, ...links, more)] : [])));
}

const ROLES: Readonly<Record<WeightRow['role'], string>> = { kernel: l10n('kernel'), recurrentKernel: l10n('recurrent kernel'), bias: l10n('bias'), other: l10n('other') };

/** Heads that are short for more. */
const HINTS: ReadonlyMap<string, string> = new Map([[l10n('deviation'), l10n('standard deviation')], [l10n('largest'), l10n('greatest size of a value')], [l10n('norm'), l10n('square root of the sum of squares')], [l10n('spectral radius'), l10n('greatest size of an eigenvalue')]]);

/** Weights and biases a gate. */
export function weightTable(rows: readonly WeightRow[], signals: readonly SceneSignal[]): HTMLElement {
  const heads = ['', l10n('tensor'), l10n('mean'), l10n('deviation'), l10n('largest'), l10n('norm'), l10n('spectral radius')];
  const hueOf = (signal: string): string => signals.find(s => s.name === signal)?.hue ?? 'x';
  const lines = rows.map((row, k) => el('tr', {},
    el('td', { class: `gradient-gate hue-${hueOf(row.signal)}` }, rows[k - 1]?.signal === row.signal ? '' : row.signal),
    el('th', { scope: 'row' }, `${row.parameter} `, el('span', { class: 'note' }, ROLES[row.role])),
    ...[fixed(row.mean, 3), fixed(row.std, 3), fixed(row.max, 2), fixed(row.norm, 2), row.radius === undefined ? '' : `${row.estimated ? '≈ ' : ''}${fixed(row.radius, 3)}`].map(text => el('td', { class: 'number' }, text))));
  return el('div', { class: 'gradient-weights', tabindex: 0, role: 'region', 'aria-label': l10n('Weights and biases of every gate') },
    el('table', {}, el('caption', {}, l10n('Weights and biases of every gate')), el('thead', {}, el('tr', {}, ...heads.map((head, k) => (k === 0 ? el('td', {}) : el('th', { scope: 'col', title: HINTS.get(head) }, head))))), el('tbody', {}, ...lines)));
}
