/** What a person answers to what a file leaves open: `ID=OPTION` on the command line. */
import type { Answers, Doubt, Trace } from '../formats/format';
import { UsageError } from './command';

/** `ID=OPTION` texts by id; an id may hold `=` itself. @throws UsageError */
export function answersOf(pairs: readonly string[], option: string): Answers {
  return Object.fromEntries(pairs.map(pair => {
    const at = pair.lastIndexOf('=');
    if (at < 1 || at === pair.length - 1) throw new UsageError(`--${option} takes ID=OPTION, found ${pair}.`);
    return [pair.slice(0, at), pair.slice(at + 1)];
  }));
}

type Question = Pick<Doubt, 'id' | 'options'>;

/** Refuses answers to questions that nobody asked, and such as are no answer. @throws UsageError that lists what is open */
export function checkAnswers(answers: Answers, open: readonly Question[], where: string, option: string): void {
  for (const [id, answer] of Object.entries(answers)) {
    const question = open.find(q => q.id === id);
    if (question?.options.some(o => o.id === answer)) continue;
    const found = question ? `--${option} ${id} takes ${optionsOf(question)}, found ${answer}.` : `--${option} ${id}: ${where} does not leave that open.`;
    throw new UsageError(`${found} ${listed(open, where)}`);
  }
}

const listed = (open: readonly Question[], where: string): string =>
  open.length === 0 ? `${where} leaves nothing open.` : `Open in ${where}: ${open.map(q => `${q.id}=${optionsOf(q)}`).join(', ')}.`;

const optionsOf = ({ options }: Question): string => options.map(o => o.id).join('|');

/** What a recording leaves open: doubts, and which array is what. */
export const questionsOf = ({ doubts = [], mapping }: Trace): readonly Question[] =>
  [...doubts, ...(mapping?.fields ?? []).filter(f => !doubts.some(d => d.id === f.id))];

const MOST_NAMED = 6;

/** One line: what was taken, why, and which option of the command line decides otherwise. */
export function doubtLine({ id, question, options, taken, evidence }: Doubt, option: string): string {
  const others = options.filter(o => o.id !== taken).map(o => o.id);
  const named = others.length > MOST_NAMED ? [...others.slice(0, MOST_NAMED), '…'] : others;
  return `${question} Assumed: ${options.find(o => o.id === taken)?.label ?? taken} (${evidence}). Otherwise --${option} ${id}=${named.join('|')}.`;
}
