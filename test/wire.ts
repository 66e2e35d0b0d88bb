/** Two ends of a port joined in memory by `copy`, delivered later as a real wire does. */
import type { Port } from '../src/protocol';

export function wire(copy: (message: unknown) => unknown = m => structuredClone(m)): [Port, Port] {
  const handlers: ((m: unknown) => void)[][] = [[], []];
  const end = (mine: 0 | 1): Port => ({
    post: message => { const sent = copy(message); setImmediate(() => { for (const hear of handlers[1 - mine]!) hear(sent); }); },
    listen: handler => { handlers[mine]!.push(handler); },
  });
  return [end(0), end(1)];
}
