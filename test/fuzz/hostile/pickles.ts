/** Pickles that name what must not be called, nest, turn in circles or grow when they are unfolded. */
import { joined, joinedAll, utf8, type Case } from '../file';
import { inMemory } from './made';
import { zipOf } from './zips';

type Part = string | readonly number[] | Uint8Array;
const TAKE = 0x2e; // STOP

/** Opcodes as text where they are letters. */
const pickle = (...parts: readonly Part[]): Uint8Array => joined([0x80, 2], joinedAll(parts.map(p => (typeof p === 'string' ? Uint8Array.from(p, c => c.charCodeAt(0)) : p))), [TAKE]);

const global = (module: string, name: string): string => `c${module}\n${name}\n`;
const text = (s: string): Uint8Array => joined([0x58, s.length, 0, 0, 0], utf8(s));
const int = (n: number): number[] => [0x4a, n & 255, (n >> 8) & 255, (n >> 16) & 255, (n >> 24) & 255];
const long8 = (n: bigint): number[] => [0x8a, 8, ...Array.from({ length: 8 }, (_, k) => Number((n >> BigInt(8 * k)) & 255n))];

/** {'lstm.weight_ih_l0': VALUE} */
const entry = (value: Part): readonly Part[] => ['}(', text('lstm.weight_ih_l0'), value, 'u'];
const parts = (...p: readonly Part[]): Uint8Array => pickle(...p).subarray(2, -1);

/** A call that makes a tensor of a storage of so many elements. */
const tensor = (count: Part, offset: Part, shape: Part, stride: Part): Uint8Array =>
  parts(global('torch._utils', '_rebuild_tensor_v2'), '((', text('storage'), global('torch', 'FloatStorage'), text('0'), text('cpu'), count, 'tQ', offset, shape, stride, [0x89], global('collections', 'OrderedDict'), ')RtR');

/** x = []; then x = [x, x], so many times: little to write, much to walk. */
const doubled = (times: number): Uint8Array => parts(']', ...Array.from({ length: times }, (_, k) => [0x71, k, 0x30, 0x28, 0x68, k, 0x68, k, 0x6c]));

const PICKLES: readonly (readonly [string, () => Uint8Array])[] = [
  ['os.system', () => pickle(...entry(parts(global('os', 'system'), '(', text('touch owned'), 'tR')))],
  ['eval inside a list', () => pickle(']', global('builtins', 'eval'), '(', text('1+1'), 'tRa')],
  ['a class by STACK_GLOBAL', () => pickle(text('posix'), text('system'), [0x93], '(', text('x'), 'tR')],
  ['STACK_GLOBAL of no texts', () => pickle(']', '}', [0x93])],
  ['100000 lists in one another', () => pickle(']'.repeat(100_000), 'a'.repeat(99_999))],
  ['100000 tuples in one another', () => pickle(')', Uint8Array.from({ length: 100_000 }, () => 0x85))],
  ['nested dictionaries with names', () => pickle(joinedAll(Array.from({ length: 20_000 }, () => joined([0x7d, 0x28], text('a')))), 'N', 'u'.repeat(20_000))],
  ['a million marks', () => pickle('('.repeat(1_000_000))],
  ['lists doubled 40 times', () => pickle(...entry(doubled(40)))],
  ['lists doubled 200 times', () => pickle(doubled(200))],
  ['a list that holds itself', () => pickle(']', [0x71, 0], [0x68, 0], 'a')],
  ['a dictionary that holds itself', () => pickle('}', [0x71, 0], '(', text('self'), [0x68, 0], 'u')],
  ['a state_dict that holds itself', () => pickle('}', [0x71, 0], '(', text('state_dict'), [0x68, 0], 'u')],
  ['an object that is its own state', () => pickle(global('torch.nn.modules.rnn', 'LSTM'), ')', [0x81], [0x71, 0], [0x68, 0], 'b')],
  ['a module whose modules are itself', () => pickle(global('torch.nn.modules.rnn', 'LSTM'), ')', [0x81, 0x71, 0], '}(', text('_modules'), '}(', text('a'), [0x68, 0], 'u', 'ub')],
  ['keys called __proto__', () => pickle('}(', text('__proto__'), '}(', text('polluted'), [0x88], 'u', text('constructor'), 'N', text('lstm.weight_ih_l0'), tensor(int(4), int(0), parts(int(4), [0x85]), parts(int(1), [0x85])), 'u')],
  ['a state called __proto__', () => pickle(global('a', '__proto__'), ')', [0x81], '}(', text('__proto__'), '}', 'u', 'b')],
  ['a long integer of 200 kB', () => pickle([0x8b, 0x40, 0x0d, 3, 0], new Uint8Array(200_000).fill(0xfe))],
  ['an integer of 300000 digits', () => pickle('I', '9'.repeat(300_000), '\n')],
  ['a long of 300000 digits', () => pickle('L', '9'.repeat(300_000), 'L\n')],
  ['a float of 300000 digits', () => pickle('F', '9'.repeat(300_000), '\n')],
  ['a text of 2^63 bytes', () => pickle([0x8d, 255, 255, 255, 255, 255, 255, 255, 127])],
  ['bytes of 2^32 - 1', () => pickle([0x42, 255, 255, 255, 255])],
  ['a bytearray of 2^60', () => pickle([0x96, 0, 0, 0, 0, 0, 0, 0, 16])],
  ['a frame of 2^64 - 1', () => pickle([0x95, 255, 255, 255, 255, 255, 255, 255, 255])],
  ['a memo at 2^32 - 1', () => pickle(']', [0x72, 255, 255, 255, 255])],
  ['a memo never written', () => pickle([0x6a, 255, 255, 255, 127])],
  ['things taken from an empty stack', () => pickle('0000abRt')],
  ['nothing', () => Uint8Array.of(TAKE)],
  ['an opcode that is none', () => pickle([0xfe])],
  ['an extension code', () => pickle([0x82, 1])],
  ['a tensor of 2^60 elements', () => pickle(...entry(tensor(long8(1n << 60n), int(0), parts(long8(1n << 60n), [0x85]), parts(int(1), [0x85]))))],
  ['a tensor with a negative stride', () => pickle(...entry(tensor(int(4), int(3), parts(int(4), [0x85]), parts(int(-1), [0x85]))))],
  ['a tensor at a negative offset', () => pickle(...entry(tensor(int(4), int(-2), parts(int(4), [0x85]), parts(int(1), [0x85]))))],
  ['a tensor of a million axes', () => pickle(...entry(tensor(int(4), int(0), parts('(', 'K\u0001'.repeat(1_000_000), 't'), parts('(', 'K\u0001'.repeat(1_000_000), 't'))))],
  ['a tensor expanded from one number', () => pickle(...entry(tensor(int(1), int(0), parts(int(1 << 30), int(1 << 20), [0x86]), parts(int(0), int(0), [0x86]))))],
  ['a tensor whose shape is no list', () => pickle(...entry(tensor(text('many'), 'N', '}', text('x'))))],
  ['200000 entries', () => pickle('}', joinedAll(Array.from({ length: 200_000 }, (_, k) => joined([0x28], text(`a${k}`), [0x4e, 0x75]))))],
];

const archive = (data: Uint8Array): Uint8Array => zipOf([
  { name: 'archive/data.pkl', data }, { name: 'archive/data/0', data: new Uint8Array(16) }, { name: 'archive/version', data: utf8('3\n') }, { name: 'archive/byteorder', data: utf8('little') },
]);

/** Streams of torch before 1.6: a magic number, a protocol, facts of the system, then the pickle. */
const legacy = (data: Uint8Array): Uint8Array => joined(
  pickle([0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]), pickle([0x4d, 0xe9, 3]), pickle('}'), data, pickle('](', text('0'), 'e'), [4, 0, 0, 0, 0, 0, 0, 0], new Uint8Array(16));

export const pickleCases = (): readonly Case[] => PICKLES.flatMap(([what, make]) => [
  inMemory(what, 'model.pt', () => archive(make())), inMemory(`${what}, in an old stream`, 'old.pth', () => legacy(make())),
]);
