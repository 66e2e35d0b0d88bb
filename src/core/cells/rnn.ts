import type { Cell } from './cell';

const source = 'Elman, Finding Structure in Time, Cognitive Science 14 (1990)';

export const rnn: Cell = {
  id: 'rnn', name: 'RNN', family: 'rnn', variant: 'tanh', source,
  equations: "h' = tanh(W x + U h + b)  hidden state",
};

export const rnnRelu: Cell = {
  id: 'rnnRelu', name: 'RNN', family: 'rnn', variant: 'relu', source: 'Le, Jaitly, Hinton, arXiv 1504.00941 (2015)',
  equations: "h' = relu(W x + U h + b)  hidden state",
};
