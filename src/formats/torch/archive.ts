/** PyTorch's zip files, of `torch.save` since 1.6 and of `torch.jit.save`: a pickle, and each storage as a member of its own. */
import { FormatError, type Bytes } from '../format';
import type { Evidence } from '../layers/pytorch';
import { printable, readExactly } from '../parts/checked';
import { readPickle } from '../parts/pickle';
import { as, itemsOf, nameOf, type Global, type Instance, type Value } from '../parts/pickle/values';
import { openZip, type Zip } from '../parts/zip';
import { evidenceInCode } from './evidence';
import { frozenNames, type FrozenNames } from './frozen';
import { FORMAT, type Storages } from './read';

/** A pickle and the storages that it refers to. */
export interface Part {
  readonly root: Value;
  readonly storages: Storages;
  readonly globals: readonly Global[];
  /** Put before the names of its tensors; empty for the main part. */
  readonly prefix: string;
  /** Reads what the code of a module's class says. */
  readonly evidence?: (module: Instance) => Promise<Evidence | undefined>;
  /** Of constants: what the code calls them. */
  readonly frozen?: FrozenNames;
}

const MAIN = /^(.*\/)?data\.pkl$/s;
const MOST_CODE = 1 << 22;
/** Of a pickle that is deflated, which PyTorch itself never writes. */
const MOST_PICKLE = 1 << 26;

/** Whether a zip file is PyTorch's; one that is damaged is nobody's until its extension is asked. */
export const isArchive = (bytes: Bytes): Promise<boolean> => openZip(bytes, FORMAT).then(zip => zip.members.some(m => MAIN.test(m.name)), () => false);

/** The main pickle, and of a TorchScript archive the constants of its code too. @throws FormatError */
export async function readArchive(bytes: Bytes): Promise<readonly Part[]> {
  const zip = await openZip(bytes, FORMAT);
  const folder = mainFolder(zip);
  const little = await littleEndian(zip, folder);
  const parts = [await partOf(zip, folder, 'data', '', little)];
  if (zip.has(`${folder}constants.pkl`)) {
    const constants = await partOf(zip, folder, 'constants', 'constants', little);
    const frozen = itemsOf(constants.root)?.some(value => as('instance', value)) === true;
    parts.push(frozen ? { ...constants, frozen: frozenNames(await allCode(zip, folder)) } : constants);
  }
  return parts;
}

function mainFolder(zip: Zip): string {
  const folders = zip.members.flatMap(m => MAIN.exec(m.name)?.slice(1, 2) ?? []).map(folder => folder ?? '');
  const [first, ...more] = folders.sort((a, b) => a.length - b.length);
  if (first === undefined) throw new FormatError(FORMAT, 'a zip file of PyTorch\'s should have a member data.pkl, but there is none');
  if (more.some(folder => folder.length === first.length)) throw new FormatError(FORMAT, `there are ${folders.length} data.pkl in the archive, so which is the model is not clear`);
  return first;
}

async function littleEndian(zip: Zip, folder: string): Promise<boolean> {
  if (!zip.has(`${folder}byteorder`)) return true;
  const member = await zip.member(`${folder}byteorder`).open();
  const order = new TextDecoder().decode(await readExactly(member, FORMAT, 'the byte order', 0, Math.min(member.size, 16))).trim();
  if (order !== 'little' && order !== 'big') throw new FormatError(FORMAT, `the byte order should be little or big, but is "${printable(order)}"`);
  return order === 'little';
}

async function partOf(zip: Zip, folder: string, stem: string, prefix: string, little: boolean): Promise<Part> {
  const { value, globals } = await readPickle(await zip.member(`${folder}${stem}.pkl`).open(MOST_PICKLE), FORMAT);
  return {
    root: value, globals, prefix, evidence: module => codeOf(zip, folder, module),
    storages: { little, open: key => zip.member(`${folder}${stem}/${key}`).open() },
  };
}

/** Evidence of a module's own class; where it was inlined, of the whole code. */
async function codeOf(zip: Zip, folder: string, module: Instance): Promise<Evidence | undefined> {
  const cls = as('global', module.callable);
  if (!cls || !nameOf(cls).startsWith('__torch__.')) return undefined;
  const file = `${folder}code/${cls.module.replaceAll('.', '/')}.py`;
  const own = zip.has(file) ? evidenceInCode(await textOf(zip, file), cls.name) : undefined;
  return own ?? evidenceInCode(await allCode(zip, folder));
}

/** A member as text; empty where it is longer than code is. */
async function textOf(zip: Zip, name: string): Promise<string> {
  if (zip.member(name).size > MOST_CODE) return '';
  const member = await zip.member(name).open();
  return new TextDecoder().decode(await readExactly(member, FORMAT, 'the code of a class', 0, member.size));
}

const known = new WeakMap<Zip, Promise<string>>();

function allCode(zip: Zip, folder: string): Promise<string> {
  const code = known.get(zip) ?? readCode(zip, folder);
  known.set(zip, code);
  return code;
}

async function readCode(zip: Zip, folder: string): Promise<string> {
  const texts: string[] = [];
  let size = 0;
  for (const member of zip.members) {
    if (!member.name.startsWith(`${folder}code/`) || !member.name.endsWith('.py')) continue;
    size += member.size;
    if (size > MOST_CODE) break;
    texts.push(await textOf(zip, member.name));
  }
  return texts.join('\n');
}
