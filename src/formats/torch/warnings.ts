/** What a person should know of the code that a pickle names. Nothing of it was run; Python would have. */
import { printable } from '../parts/checked';
import type { Global } from '../parts/pickle/values';

/** Functions and classes that rebuild data, as PyTorch, NumPy and the standard library write them. */
const HARMLESS = new RegExp(`^(${[
  'torch\\._utils\\._rebuild_\\w+', 'torch\\._tensor\\._rebuild_\\w+', 'torch\\.nn\\.parameter\\.\\w+', 'torch\\.(device|Size|dtype|Tensor|Generator|memory_format)',
  'torch\\.(storage\\.)?\\w*Storage', 'torch\\.storage\\._load_from_bytes', 'torch\\.jit\\._pickle\\.\\w+', 'torch\\.serialization\\._get_layout', '__torch__\\..*',
  'numpy\\.(_core|core)\\.(multiarray\\.(_reconstruct|scalar)|numeric\\._frombuffer)', 'numpy\\.(dtype|ndarray)', 'numpy\\.random\\._pickle\\.\\w+',
  'collections\\.(OrderedDict|defaultdict|Counter|deque)', 'datetime\\.\\w+', 'decimal\\.Decimal', 'fractions\\.Fraction', 'uuid\\.(UUID|SafeUUID)',
  'pathlib\\.\\w+', 'pathlib\\._local\\.\\w+', 'argparse\\.Namespace', 'types\\.SimpleNamespace', 'copyreg\\.(_reconstructor|__newobj__|__newobj_ex__)', 'functools\\.partial', '_codecs\\.encode',
  'builtins\\.(set|frozenset|list|dict|tuple|bytearray|bytes|complex|slice|range|object|int|float|str|bool|type|NoneType|Ellipsis)',
].join('|')})$`);

/** Modules whose names have no business in a file of weights, called or not. */
const ALARMING = /^(os|posix|nt|posixpath|ntpath|subprocess|sys|shutil|socket|ssl|http|urllib|urllib\d|requests|ftplib|smtplib|builtins|runpy|importlib|imp|ctypes|cffi|pty|pdb|bdb|code|codeop|commands|webbrowser|multiprocessing|threading|_thread|asyncio|operator|_operator|marshal|pickle|_pickle|cloudpickle|dill|timeit|profile|cProfile|tempfile|glob|signal|platform|pip|site|venv|zipimport|pkgutil|types|inspect|gc|atexit|torch\.hub|torch\.utils\.cpp_extension|torch\.serialization|numpy\.testing|numpy\.f2py)(\.|$)/;
const MOST_NAMED = 8;

/** Sentences, or none where everything named is harmless. */
export function warningsOf(globals: readonly Global[]): readonly string[] {
  const names = globals.filter(isNotable).map(({ module, name }) => printable(`${module}.${name}`));
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  return names.length === 0 ? [] : [`The pickle names ${names.slice(0, MOST_NAMED).join(', ')}${more}: not run. Loading this file in Python may run ${names.length === 1 ? 'it' : 'them'}.`];
}

function isNotable({ module, name, called }: Global): boolean {
  return !HARMLESS.test(`${module}.${name}`) && (called || ALARMING.test(module));
}
