/** What the modules of a file say about their weights: of a vanilla RNN, tanh or relu. */
import type { Evidence } from '../layers/pytorch';
import { entry, nameOf, type Instance } from '../parts/pickle/values';

/** From a word such as RNN_RELU or rnn_tanh; undefined where it names neither. */
export function evidenceFor(word: string, source: string): Evidence | undefined {
  const said = /^(?:RNN_)?(tanh|relu)$/i.exec(word)?.[1]?.toLowerCase();
  return said === 'tanh' || said === 'relu' ? { nonlinearity: said, source } : undefined;
}

/** From a module's own attributes; undefined where it says nothing. */
export function evidenceOf({ callable, state }: Instance): Evidence | undefined {
  const source = `${nameOf(callable).replace(/^.*\./, '')} in the file`;
  const said = [entry(state, 'nonlinearity'), entry(state, 'mode')].map(v => (typeof v === 'string' ? evidenceFor(v, source) : undefined));
  return said.find(e => e !== undefined);
}

/** From TorchScript's code, which is read as text: the one function of the two that it calls. `name`: of one class in it, or all there is. */
export function evidenceInCode(code: string, name?: string): Evidence | undefined {
  const body = name === undefined ? code : classBody(code, name);
  const called = new Set([...body.matchAll(/\brnn_(relu|tanh)(?:_cell)?\(|"RNN_(RELU|TANH)"/g)].map(m => (m[1] ?? m[2] ?? '').toLowerCase()));
  return called.size === 1 ? evidenceFor([...called][0] ?? '', `the code of ${name ?? 'the model'}`) : undefined;
}

function classBody(code: string, name: string): string {
  const from = code.search(new RegExp(`^class ${name.replace(/[^\w]/g, '')}\\b`, 'm'));
  const rest = from < 0 ? '' : code.slice(from + 1);
  const end = rest.search(/^class /m);
  return end < 0 ? rest : rest.slice(0, end);
}
