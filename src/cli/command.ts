/** What the commands of the command line share. */
import { parseArgs, type ParseArgsConfig } from 'node:util';

export interface Command {
  readonly name: string;
  readonly usage: string;
  readonly purpose: string;
  readonly help: string;
  run(args: readonly string[]): Promise<void>;
}

/** Words that do not fit the command. */
export class UsageError extends Error {}

/** Options and the rest. @throws UsageError that names what is not known */
export function options<T extends NonNullable<ParseArgsConfig['options']>>(args: readonly string[], known: T): { values: ReturnType<typeof parseArgs<{ options: T }>>['values']; files: string[] } {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: known, allowPositionals: true });
    return { values: values, files: positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message.split('. ')[0] ?? error.message : String(error));
  }
}

/** A whole number from `least` on, or undefined where the option is absent. @throws UsageError */
export function count(text: string | undefined, option: string, least = 0): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) throw new UsageError(`--${option} takes a whole number of at least ${least}, found ${text}.`);
  return value;
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Rows as columns of text, left-aligned. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((h, k) => Math.max(h.length, ...rows.map(r => (r[k] ?? '').length)));
  const line = (row: readonly string[]): string => row.map((cell, k) => cell.padEnd(widths[k] ?? 0)).join('  ').trimEnd();
  process.stdout.write(`${[head, ...rows].map(line).join('\n')}\n`);
}

/** What Node says of a path, in a person's words. */
const causes: Readonly<Record<string, string>> = { ENOENT: 'no such file or folder', ENOTDIR: 'no such file or folder', EISDIR: 'it is a folder', EACCES: 'not allowed', EPERM: 'not allowed' };

/** A thrown value in words. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code = '', path } = error as NodeJS.ErrnoException;
  return path !== undefined && Object.hasOwn(causes, code) ? `${path}: ${causes[code]}.` : error.message;
}
