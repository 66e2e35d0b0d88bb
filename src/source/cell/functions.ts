/** What functions, methods and modules of torch mean in equations: number by number. A new one is a line here. */
import { call, constant, infix, type Term } from './values';

/** Vectors first, then numbers with their names and what they are unless given. */
export interface Elementwise {
  readonly vectors: 1 | 2 | 3;
  readonly numbers?: readonly (readonly [name: string, fallback: number | undefined])[];
  readonly make: (vectors: readonly Term[], numbers: readonly number[]) => Term;
}

const one = (make: (v: Term) => Term): Elementwise => ({ vectors: 1, make: ([v]) => make(v!) });
const two = (make: (v: Term, w: Term) => Term): Elementwise => ({ vectors: 2, make: ([v, w]) => make(v!, w!) });
const named = (name: string): Elementwise => one(v => call(name, v));
const pair = (name: string): Elementwise => two((v, w) => ({ kind: 'call', name, values: [v, w], numbers: [] }));
const tuned = (numbers: Elementwise['numbers'], make: (v: Term, n: readonly number[]) => Term): Elementwise => ({ vectors: 1, numbers: numbers ?? [], make: ([v], n) => make(v!, n) });

export const elementwise: ReadonlyMap<string, Elementwise> = new Map<string, Elementwise>([
  ['sigmoid', named('σ')], ['logistic', named('σ')], ['expit', named('σ')], ['tanh', named('tanh')], ['relu', named('relu')],
  ['exp', named('exp')], ['log', named('log')], ['sqrt', named('sqrt')], ['abs', named('abs')], ['softsign', named('softsign')],
  ['softplus', named('softplus')], ['selu', named('selu')], ['silu', named('swish')],
  ['neg', one(v => ({ kind: 'negate', of: v }))], ['square', one(v => infix('⊙', v, v))], ['reciprocal', one(v => infix('/', constant(1), v))],
  ['hardsigmoid', one(v => call('hardσ', v, 1 / 6, 0.5))], ['relu6', one(v => call('clip', v, 0, 6))],
  ['hardtanh', tuned([['min_val', -1], ['max_val', 1]], (v, n) => call('clip', v, ...n))],
  ['clamp', tuned([['min', undefined], ['max', undefined]], (v, n) => call('clip', v, ...n))],
  ['elu', tuned([['alpha', 1]], (v, n) => call('elu', v, ...n))],
  ['leaky_relu', tuned([['negative_slope', 0.01]], (v, n) => call('leaky', v, ...n))],
  ['add', two((v, w) => infix('+', v, w))], ['sub', two((v, w) => infix('-', v, w))], ['subtract', two((v, w) => infix('-', v, w))],
  ['mul', two((v, w) => infix('⊙', v, w))], ['multiply', two((v, w) => infix('⊙', v, w))],
  ['div', two((v, w) => infix('/', v, w))], ['true_divide', two((v, w) => infix('/', v, w))], ['rsub', two((v, w) => infix('-', w, v))],
  ['minimum', pair('min')], ['maximum', pair('max')],
  ['addcmul', { vectors: 3, make: ([v, a, b]) => infix('+', v!, infix('⊙', a!, b!)) }],
  ['lerp', { vectors: 3, make: ([v, w, a]) => infix('+', v!, infix('⊙', a!, infix('-', w!, v!))) }],
]);

/** Modules of torch.nn that are one of these. */
export const activationModules: ReadonlyMap<string, string> = new Map([
  ['Sigmoid', 'sigmoid'], ['Tanh', 'tanh'], ['ReLU', 'relu'], ['Hardsigmoid', 'hardsigmoid'], ['Hardtanh', 'hardtanh'], ['ELU', 'elu'], ['SELU', 'selu'], ['SiLU', 'silu'],
  ['Softplus', 'softplus'], ['Softsign', 'softsign'], ['LeakyReLU', 'leaky_relu'], ['ReLU6', 'relu6'],
]);

/** Methods that leave the numbers as they are. */
export const same: ReadonlySet<string> = new Set(['contiguous', 'clone', 'detach', 'float', 'double', 'to', 'type_as', 'cuda', 'cpu', 'requires_grad_']);
/** What does nothing once a model is trained. */
export const dropouts: ReadonlySet<string> = new Set(['Dropout', 'dropout', 'AlphaDropout', 'alpha_dropout', 'FeatureAlphaDropout']);

/** Why a function or module that is known cannot be said. */
const beyond: readonly (readonly [RegExp, string])[] = [
  [/^conv|^Conv/, 'a convolution cannot be said in equations of one vector a step'],
  [/attention|Attention|^softmax$|^Softmax$|^log_softmax$|^LogSoftmax$/, 'attention and softmax cannot be said in equations of one vector a step'],
  [/einsum|^tensordot$|^bmm$|^baddbmm$|^outer$|^ger$|^bilinear$|^Bilinear$/, 'only a matrix times a vector can be said, not a product of tensors in general'],
  [/^BatchNorm|^GroupNorm|^InstanceNorm|^batch_norm|^group_norm/, 'this normalisation depends on other examples or on groups; only one over a whole vector can be said'],
  [/^Embedding/, 'an embedding looks rows up by number; a cell reads vectors'],
  [/^where$|^masked_fill$|^masked_select$|^gather$|^index_select$|^topk$|^sort$|^argmax$/, 'what the numbers are decides which of them are taken; equations cannot say that'],
  [/^view$|^reshape$|^unsqueeze$|^squeeze$|^permute$|^transpose$|^flatten$|^repeat$|^expand$|^stack$|^roll$/, 'a reshaped tensor is no longer one vector a step'],
  [/^(sum|mean|max|min|norm|prod|var|std|cumsum|argmin)$/, 'a reduction over an axis is not read from code'],
  [/^(rand|randn|normal|bernoulli|rand_like|randn_like|empty|empty_like)$/, 'chance numbers make no equation'],
  [/^(LSTM|GRU|RNN)$/, 'a whole recurrent layer is called; equations are of one step'],
];

/** Why this name of torch cannot be said. */
export function whyNot(name: string): string {
  const known = beyond.find(([pattern]) => pattern.test(name))?.[1];
  return known ? `${name}: ${known}` : `${name} is not known to the reader of equations`;
}
