/** Mocha as it is made for browsers, with the parts of its interface that the tests import. It sets globals. */
import 'mocha/mocha.js';

interface Globals { readonly Mocha: unknown; readonly [word: string]: unknown }
const globals = globalThis as unknown as Globals;
type Word = (...args: readonly unknown[]) => unknown;

/** The words are there once a suite has been told of them. */
const late = (word: string): Word => (...args) => (globals[word] as Word)(...args);
export const describe = late('describe'), it = late('it'), before = late('before'), after = late('after'), beforeEach = late('beforeEach'), afterEach = late('afterEach');
export default globals.Mocha;
