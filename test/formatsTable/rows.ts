/** Fixtures checked and put together: one row a format, framework, version and cell. */
import { readdirSync, statSync } from 'node:fs';
import { cellsOf, checkTruth, folderOf, readTruth, truthFiles, type Truth } from '../formats/truth';

/** What the fixtures of one kind showed. */
export interface Row {
  readonly format: string;
  readonly framework: string;
  readonly version: string;
  /** Families of a stack's cells; of all layers where nothing was run; empty where the file holds none. */
  readonly cell: string;
  /** Files, each counted once for every kind of stack it holds. */
  readonly fixtures: number;
  /** Sequences run and compared. */
  readonly runs: number;
  /** Largest |our h - theirs|, by the reference and the compiled engine; null where nothing was run. */
  readonly maxError: number | null;
  readonly failures: readonly Failure[];
}

/** A fixture that was not read as its truth says. */
export interface Failure {
  readonly path: string;
  readonly why: string;
}

/** One run of a fixture, or a fixture that has none. */
interface Outcome extends Pick<Row, 'format' | 'framework' | 'version' | 'cell' | 'maxError'> {
  readonly path: string;
  readonly failure?: Failure;
}

/** Makers whose fixtures have truth files. */
export function makers(): readonly string[] {
  const folders = readdirSync('test/fixtures/files').filter(f => statSync(`test/fixtures/files/${f}`).isDirectory());
  return ['formats', ...folders].filter(maker => truthFiles(folderOf(maker)).length > 0);
}

/** Checks all fixtures and gives the rows, sorted. */
export async function formatRows(): Promise<readonly Row[]> {
  const outcomes: Outcome[] = [];
  for (const maker of makers()) for (const path of truthFiles(folderOf(maker))) outcomes.push(...await outcomesOf(path));
  return grouped(outcomes);
}

async function outcomesOf(path: string): Promise<readonly Outcome[]> {
  let truth: Truth | undefined;
  try {
    truth = readTruth(path);
    const about = aboutOf(truth, path);
    const { runs } = await checkTruth(path);
    return runs.length > 0 ? runs.map(({ cells, maxError }) => ({ ...about, cell: cells, maxError })) : [about];
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
    return [{ ...aboutOf(truth, path), failure: { path, why } }];
  }
}

const aboutOf = (truth: Truth | undefined, path: string): Outcome => ({
  path, format: truth?.format ?? '?', framework: truth?.framework ?? '?', version: truth?.version ?? '?',
  cell: cellsOf(truth?.layers.map(l => l.cell) ?? []), maxError: null,
});

/** Outcomes of the same kind as one row. */
function grouped(outcomes: readonly Outcome[]): readonly Row[] {
  const rows = new Map<string, Outcome[]>();
  for (const each of outcomes) {
    const key = [each.format, each.framework, each.version, each.cell].join('\t');
    rows.set(key, [...rows.get(key) ?? [], each]);
  }
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, same]) => rowOf(same));
}

function rowOf(same: readonly Outcome[]): Row {
  const { format, framework, version, cell } = same[0]!;
  const errors = same.flatMap(o => o.maxError ?? []);
  return {
    format, framework, version, cell, fixtures: new Set(same.map(o => o.path)).size, runs: errors.length,
    maxError: errors.length > 0 ? Math.max(...errors) : null, failures: same.flatMap(o => o.failure ?? []),
  };
}
