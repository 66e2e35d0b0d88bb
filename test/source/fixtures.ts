/** Text fixtures: `# name`, source, `==>`, one compact line a layer. UPDATE=1 rewrites what is expected. */
import { readFileSync, writeFileSync } from 'node:fs';
import { outline } from '../../src/source/index';
import type { Language, LayerSpec } from '../../src/source/outline';

export interface Case { readonly name: string; readonly source: string; readonly expected: string }

/** Splits a fixture file into its cases. A title may follow only a blank line after an answer, so sources may hold comments. */
export function readCases(path: string): Case[] {
  const cases: Case[] = [];
  let name = '';
  let source: string[] | undefined;
  let expected: string[] | undefined;
  const flush = (): void => { if (source && expected) cases.push({ name, source: source.join('\n'), expected: expected.join('\n').trim() }); };
  for (const line of `${readFileSync(path, 'utf8')}`.split('\n')) {
    if (line.startsWith('# ') && (source === undefined || (expected && expected.at(-1) === ''))) { flush(); name = line.slice(2); source = []; expected = undefined; }
    else if (line === '==>' && !expected) expected = [];
    else (expected ?? source)?.push(line);
  }
  flush();
  return cases;
}

/** Writes cases back, with what was found. */
export function writeCases(path: string, cases: readonly Case[]): void {
  writeFileSync(path, cases.map(c => `# ${c.name}\n${c.source}\n==>\n${c.expected}\n`).join('\n'));
}

/** The language that a title such as `ts: enums` names. */
export function titledLanguage({ name }: Case): Language | undefined {
  return name.startsWith('tsx:') ? 'tsx' : name.startsWith('ts:') ? 'typescript' : undefined;
}

/** What a case gives: one line a layer. Infos are shown only where the name of the case asks for them. */
export function answer({ name, source }: Case, language: Language = 'python'): string {
  return outline(source, language).layers.map(l => compact(l, name.includes('info'))).join('\n');
}

/** `4:19 pytorch lstm rnn 64→128 layers=2 both params=593920 {units: H} assumed(units) !code@4` */
export function compact(l: LayerSpec, infos = false): string {
  const { returnSequences, ...rest } = l.options;
  const options = Object.entries(rest).filter(([k, v]) => (l.framework === 'tfjs' ? { ...usual, ...usualInTfjs } : usual)[k] !== v).map(([k, v]) => `${k}=${String(v)}`);
  const parts = [
    `${l.line}:${l.column}`, l.framework, `${l.cell ?? '?'}${l.isCell ? 'Cell' : ''}`, l.name || '-', `${l.inputSize ?? '?'}→${l.units ?? '?'}`,
    l.layers === 1 ? '' : `layers=${l.layers ?? '?'}`, l.bidirectional === false ? '' : l.bidirectional ? 'both' : 'both=?',
    l.batchFirst === null ? 'batchFirst=?' : l.framework === 'pytorch' ? (l.batchFirst ? 'batchFirst' : '') : (l.batchFirst ? '' : 'timeMajor'),
    l.dropout === 0 ? '' : `dropout=${l.dropout ?? '?'}`, l.bias ? '' : l.bias === false ? 'noBias' : 'bias=?',
    l.projection === 0 ? '' : `projection=${l.projection ?? '?'}`, returnSequences === true ? 'sequences' : '', ...options,
    `params=${l.parameters ?? '?'}`,
    Object.keys(l.symbols).length > 0 ? `{${Object.entries(l.symbols).map(([k, v]) => `${k}: ${v}`).join('; ')}}` : '',
    l.assumed.length > 0 ? `assumed(${l.assumed.join(' ')})` : '',
    ...l.problems.filter(p => infos || p.severity === 'warning').map(p => `!${p.code}@${p.line ?? '?'}`),
  ];
  return parts.filter(Boolean).join(' ');
}

const usual: Readonly<Record<string, unknown>> = {
  nonlinearity: 'tanh', activation: 'tanh', recurrentActivation: 'sigmoid', resetAfter: true, unitForgetBias: true, recurrentDropout: 0,
  returnState: false, goBackwards: false, stateful: false, unroll: false, mergeMode: 'concat',
};
/** TF.js has other defaults: a hard sigmoid, and no reset after the product. */
const usualInTfjs: Readonly<Record<string, unknown>> = { recurrentActivation: 'hardSigmoid', resetAfter: false, unitForgetBias: false };
