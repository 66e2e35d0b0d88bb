/** An outline entry as the command line prints it. */
import type { LayerSpec } from './outline';

/** The keys and their order are an interface: scripts read them. */
const keys = ['framework', 'cell', 'name', 'inputSize', 'units', 'layers', 'bidirectional', 'batchFirst', 'dropout', 'bias', 'projection', 'parameters'] as const;
const tail = ['symbols', 'assumed', 'isCell', 'options'] as const;

/** One entry; `file` as given on the command line. Notebooks add `cellIndex` and `cellLine`. */
export function toJson(spec: LayerSpec, file: string): Readonly<Record<string, unknown>> {
  return {
    file, line: spec.line, column: spec.column, ...pick(spec, keys),
    problems: spec.problems.map(({ code, severity, message, line }) => ({ code, severity, message, line: line ?? spec.line })),
    ...pick(spec, tail),
    ...(spec.cellIndex === undefined ? {} : { cellIndex: spec.cellIndex, cellLine: spec.cellLine }),
  };
}

function pick(spec: LayerSpec, names: readonly (keyof LayerSpec)[]): Record<string, unknown> {
  return Object.fromEntries(names.map(name => [name, spec[name]]));
}
