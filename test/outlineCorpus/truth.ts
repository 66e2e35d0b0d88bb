/** What a person found in a file of code, and the same read from the lines of the text fixtures. */
import type { LayerSpec } from '../../src/source/outline';

/** The arguments that are judged one by one. */
export const fields = ['cell', 'isCell', 'name', 'inputSize', 'units', 'layers', 'bidirectional', 'batchFirst', 'dropout', 'bias', 'projection'] as const;
export type Field = typeof fields[number];

/** One layer. null: the text alone does not settle it. Absent: not judged. `assumed`: fields that hold only unless another is passed. */
export type TruthLayer = Pick<LayerSpec, 'line' | 'framework'> & Partial<Pick<LayerSpec, Field | 'cellIndex' | 'cellLine' | 'assumed'>>
  & { readonly options?: Readonly<Record<string, string | number | boolean | null>> };

export interface Truth { readonly layers: readonly TruthLayer[] }

/** A line of a text fixture (see fixtures.ts, `compact`) as a truth; undefined where it is no such line. */
export function truthOfLine(line: string): TruthLayer | undefined {
  const match = /^(\d+):\d+ (\S+) (\S+) (\S+) (\S+?)→(\S+)(.*)$/.exec(line);
  if (!match) return undefined;
  const [, at = '', framework = '', cell = '', name = '', input = '', units = '', rest = ''] = match;
  const words = rest.replace(/ \{.*$/, '').split(' ').filter(w => w !== '');
  const assumed = /assumed\(([^)]*)\)/.exec(rest)?.[1]?.split(' ');
  const word = (key: string): string | undefined => words.find(w => w.startsWith(`${key}=`))?.slice(key.length + 1);
  const size = (key: string, absent: number): number | null => number(word(key) ?? String(absent));
  return {
    line: Number(at), framework: framework as LayerSpec['framework'], name: name === '-' ? '' : name, isCell: cell.endsWith('Cell'),
    cell: cell.startsWith('?') ? null : cell.replace(/Cell$/, '') as 'lstm', inputSize: number(input), units: number(units),
    layers: size('layers', 1), bidirectional: flag(words, 'both'), dropout: size('dropout', 0), projection: size('projection', 0),
    bias: words.includes('bias=?') ? null : !words.includes('noBias'), assumed: assumed ?? [],
    batchFirst: words.includes('batchFirst=?') ? null : framework === 'pytorch' ? words.includes('batchFirst') : !words.includes('timeMajor'),
  };
}

function number(source: string): number | null {
  return source === '?' ? null : Number(source);
}

function flag(words: readonly string[], word: string): boolean | null {
  return words.includes(`${word}=?`) ? null : words.includes(word);
}
