/** A cell that code defines, as Markdown for a hover: its equations, states and parameters, or why they cannot be read. */
import { english, saying, type Said } from '../../core/said';
import { actions, codeBlock, codeSpan, escapeMarkdown, type HoverAction } from '../describe/markdown';
import { evaluated, numberOf, sizeText, type LinearSize } from './sizes';
import { isRead, type CellParameter, type CodeCell, type ReadCell } from './spec';

export interface CellLinks {
  readonly tell?: (said: Said) => string;
  /** Where a click on `Line 36` leads. */
  readonly line?: (line: number) => string;
  readonly actions?: readonly HoverAction[];
}

const FRAMEWORKS: Readonly<Record<ReadCell['framework'], string>> = { pytorch: 'PyTorch', keras: 'Keras', flax: 'Flax' };
/** Rows of the table. */
const MOST_TENSORS = 16;

export function cellMarkdown(cell: CodeCell, links: CellLinks = {}): string {
  const tell = links.tell ?? english;
  const say = (said: Said): string => escapeMarkdown(tell(said));
  if (!isRead(cell)) {
    const line = say(saying('Line {0}', cell.whyLine));
    const place = links.line ? `[${line}](${links.line(cell.whyLine)})` : line;
    return [`### ${escapeMarkdown(cell.name)}`, `$(info) ${say(saying('The equations of this cell cannot be read.'))} ${place}: ${say(cell.why)}.`, actions(links.actions ?? [])].filter(Boolean).join('\n\n');
  }
  return [
    `### ${escapeMarkdown(cell.name)}`,
    [say(saying('a cell of {0}, as its code has it', FRAMEWORKS[cell.framework])), `${say(saying('states'))} ${cell.states.map(codeSpan).join(' ')}`, sizes(cell, say)].filter(Boolean).join(' · '),
    codeBlock(aligned(cell.equations.split('\n'))),
    tensorTable(cell, say),
    cell.notes.map(n => `$(info) ${say(n)}`).join('  \n'),
    actions(links.actions ?? []),
  ].filter(Boolean).join('\n\n');
}

/** Labels one under the other. */
function aligned(lines: readonly string[]): string[] {
  const parts = lines.map(l => /^(.*?)(?: {2,}(.*))?$/.exec(l) ?? [l, l, '']);
  const widest = Math.max(...parts.map(p => (p[2] ? p[1]!.length : 0)));
  return parts.map(p => (p[2] ? `${p[1]!.padEnd(widest)}  ${p[2]}` : p[1]!));
}

function sizes({ inputSize, units, known }: ReadCell, say: (said: Said) => string): string {
  // What a layer is called with is not said in its code: a checkpoint says it.
  const text = (s: LinearSize | undefined): string => (s === undefined || [...s.terms.keys()].some(n => n.includes(' ')) ? '' : codeSpan(withNumber(s, known)));
  const [i, u] = [text(inputSize), text(units)];
  return [i && `${say(saying('input size'))} ${i}`, u && `${say(saying('units'))} ${u}`].filter(Boolean).join(' · ');
}

/** `hidden = 64` where the code says what the name is. */
function withNumber(s: LinearSize, known: ReadonlyMap<string, number>): string {
  const value = numberOf(s) ?? evaluated(s, known);
  const text = sizeText(s);
  return value === undefined || String(value) === text ? text : `${text} = ${value}`;
}

/** Which parameters of the equations each tensor holds, in its own order. */
function tensorTable({ parameters, tensors, known }: ReadCell, say: (said: Said) => string): string {
  const rows = tensors.slice(0, MOST_TENSORS).map(t => `| ${codeSpan(t.name)} | ${codeSpan(`[${t.shape.map(s => withNumber(s, known)).join(', ')}]`)} | ${held(t.name, parameters).map(codeSpan).join(' ')} |`);
  if (rows.length === 0) return '';
  return [`| ${say(saying('tensor'))} | ${say(saying('shape'))} | ${say(saying('in the equations'))} |`, '|:--|:--|:--|', ...rows, ...(tensors.length > MOST_TENSORS ? ['| … | | |'] : [])].join('\n');
}

function held(tensor: string, parameters: readonly CellParameter[]): readonly string[] {
  const found = parameters.flatMap(({ name, pieces }) => pieces.filter(p => p.tensor === tensor).map(p => ({ name, rows: weightOf(p.rows.from), columns: p.columns ? weightOf(p.columns.from) : 0 })));
  return found.sort((a, b) => a.rows - b.rows || a.columns - b.columns).map(f => f.name);
}

/** An order among places whose names all count as long. */
const weightOf = ({ constant, terms }: LinearSize): number => constant + [...terms.values()].reduce((a, b) => a + b * 1e6, 0);
