/** Everything that can be wrong with an equation text, in words: expected, found, what to do. */
import { EquationError, isMatrixName, type Place } from './syntax';
import type { Token } from './lexer';

const fail = (message: string) => (place: Place): EquationError => new EquationError(message, place);

export function describe(token: Token): string {
  if (token.kind === 'newline') return 'the end of the line';
  return token.kind === 'end' ? 'the end of the text' : `"${token.text}"`;
}

export const tooLong = (limit: number) => fail(`the text is longer than ${limit} characters; a cell is a few lines`);
export const tooDeep = (limit: number) => fail(`the expression is nested or chained more than ${limit} times; name a part of it on a line of its own`);
export const empty = fail("no equation here; write at least one next state, such as h' = tanh(W x + U h + b)");
export const noState = fail("no next state is defined; write one with a prime, such as h' = tanh(W x + U h + b)");
export const strange = (char: string) => fail(HINTS[char] ?? `"${char}" means nothing here; use names, numbers, + - ⊙ / ( ) and functions`);
export const subscript = (name: string, index: string) => fail(subscriptAdvice(name, index));
export const lineStart = (t: Token) => fail(t.kind === 'symbol' && '+-⊙/'.includes(t.text)
  ? `a line cannot start with "${t.text}"; end the line before with it, or open a bracket there`
  : `expected a name at the start of the line, found ${describe(t)}; write name = expression`)(t);
export const noEquals = (name: string, t: Token) => fail(`expected = after "${name}", found ${describe(t)}; write ${name} = expression (or ${name} ∈ R for a learned scalar)`)(t);
export const noR = (t: Token) => fail(`expected R after ∈, found ${describe(t)}; only learned scalars are declared: a ∈ R`)(t);
export const operand = (t: Token) => fail(`expected a vector, a number, a function or ( here, found ${describe(t)}`)(t);
export const unclosed = (t: Token) => fail(`expected ) before ${describe(t)}`)(t);
export const leftover = (t: Token) => fail(t.text === '=' ? 'one equation a line: a second = stands here' : `${describe(t)} does not fit here; a label needs two spaces (or #) before it`)(t);
/** Behind a gap begins a label, which only an open bracket takes for a value. */
export const sideBySide = (t: Token) => t.gap ? unclosed(t) : fail(`two values stand side by side; write ⊙ (or *) before ${describe(t)}`)(t);
export const twoNumbers = (t: Token) => fail(`two numbers stand side by side; write * between them`)(t);
export const matrixAlone = (name: string) => fail(`"${name}" is a matrix (capital first letter) and must be followed by a vector: ${name} x; for a vector start with a small letter`);
export const matrixOnNumber = (name: string) => fail(`"${name}" is a matrix and needs a vector after it, this is a single number`);
export const matrixPrimed = (name: string) => fail(`"${name}'" is a matrix with a prime; only states change from step to step`);
export const matrixDefined = (name: string) => fail(`"${name}" starts with a capital, which makes it a learned matrix; start a signal's name with a small letter`);
export const bareFunction = (name: string) => fail(`"${name}" is a function and needs parentheses: ${name}(...)`);
export const definedFunction = (name: string) => fail(`"${name}" is a function's name; choose another for the signal`);
export const unknownFunction = (name: string, known: readonly string[]) => fail(REFUSED[name]
  ?? `"${name}" is not a function; known are ${known.join(', ')}. To multiply by it, write ${name} ⊙ (...)`);
export const arity = (name: string, usage: string, found: number) => fail(`${name} takes ${usage}, found ${found} argument${found === 1 ? '' : 's'}`);
export const numeric = (name: string, argument: string) => fail(`${argument} of ${name} must be a number written out, such as 0.5`);
export const needsVector = (name: string) => fail(`${name} needs a vector, this is a single number`);
export const twice = (name: string, line: number) => fail(`"${name}" is defined twice, first on line ${line}`);
export const stateAndSignal = (name: string, line: number) => fail(`"${name}" is both a signal and a state ("${name}" and "${name}'", line ${line}); give one another name`);
export const inputDefined = fail('x is the input and cannot be defined; choose another name');
export const scalarDefined = (name: string, line: number) => fail(`"${name}" is declared a learned scalar on line ${line} and cannot be defined`);
export const notYet = (name: string, line: number) => fail(`"${name}" is used before its definition on line ${line}; move that line up`);
export const notAState = (name: string) => fail(`"${name}'" is never defined; a prime marks the next value of a state: define ${name}' = ... above, or drop the prime`);

const HINTS: Readonly<Record<string, string>> = {
  '@': 'write W x for a matrix product, without @',
  '^': 'there is no power; write v ⊙ v for a square',
  '[': 'there is no concatenation; write W x + U h for W [x, h]',
  '×': 'write ⊙ (or *) for the product of two vectors, W x for a matrix product',
  '·': 'write ⊙ (or *) for the product of two vectors, W x for a matrix product',
  '{': 'there are no braces; use ( )',
  ';': 'one equation a line, without ;',
  '_': "names are letters and digits, without _: write Wi for W_i, h' for h_t, h for h_{t-1}",
};

const SAID = 'cannot be said in this language, which knows one vector a step';
const REFUSED: Readonly<Record<string, string>> = {
  softmax: `softmax ${SAID}`,
  attention: `attention ${SAID}`,
  conv: `convolution ${SAID}`,
  layernorm: 'write norm(v) for a layer normalisation of one vector, g ⊙ norm(v) + b with gain and shift',
};

function subscriptAdvice(name: string, index: string): string {
  const time = index.replace(/[{}\s]/g, '').replace(/−|₋/g, '-').replace(/ₜ/g, 't').replace(/₁/g, '1');
  const isState = name !== 'x';
  if (isMatrixName(name)) return `names are letters and digits, without _: write ${name}${time.replace(/[^\p{L}\p{N}]/gu, '')} for ${name}_${index}`;
  if (time === 't') return isState ? `write ${name}' for ${name}_t (or ${name} if it is not a state)` : `write ${name} for ${name}_t`;
  if (time === 't-1') return isState ? `write ${name} for ${name}_{t-1}: without a prime a state is its value before the step` : 'x of another step cannot be read; keep it in a state';
  return `names are letters and digits, without _: write ${name}${time.replace(/[^\p{L}\p{N}]/gu, '')} for ${name}_${index}`;
}
