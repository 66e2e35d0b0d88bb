/** Files on disk whose siblings are links out of their folder, folders, devices, or gone: read through the platform, as users' files are. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileBytes } from '../../../src/platform/node';
import { utf8, type Case } from '../file';
import { onnxCases } from './onnx';

/** What stands in the place of `weights.data`. */
const SIBLINGS: readonly (readonly [string, (path: string) => void])[] = [
  ['a link out of the folder', path => symlinkSync('/etc/passwd', path)],
  ['a link to a link out of the folder', path => { symlinkSync('/etc/hostname', `${path}2`); symlinkSync(`${path}2`, path); }],
  ['a link to itself', path => symlinkSync(path, path)],
  ['a link to nothing', path => symlinkSync('nowhere', path)],
  ['a link to a device', path => symlinkSync('/dev/zero', path)],
  ['a folder', path => mkdirSync(path)],
  ['gone', () => undefined],
  ['a link to the folder above', path => symlinkSync('..', path)],
];

/** Models that name the sibling, by reader. */
const MODELS: readonly (readonly [string, () => Uint8Array])[] = [
  ['model.onnx', () => onnxCases().find(c => c.what.includes('external data at "weights.data"'))!.file.bytes],
  ['model.safetensors.index.json', () => utf8('{"weight_map":{"lstm.weight_ih_l0":"weights.data","lstm.weight_hh_l0":"weights.data"}}')],
  ['model.json', () => utf8('{"format":"layers-model","modelTopology":{"keras_version":"2.1","model_config":{"class_name":"Sequential","config":[]}},"weightsManifest":[{"paths":["weights.data"],"weights":[{"name":"lstm/kernel","shape":[1,4],"dtype":"float32"}]}]}')],
];

/** `folder` is emptied and filled. */
export function diskCases(folder: string): readonly Case[] {
  rmSync(folder, { recursive: true, force: true });
  return MODELS.flatMap(([name, make]) => SIBLINGS.map(([what, lay], k): Case => {
    const inside = resolve(folder, `${name}-${k}`);
    const open = async (): Promise<Awaited<ReturnType<typeof fileBytes>>> => {
      rmSync(inside, { recursive: true, force: true });
      mkdirSync(inside, { recursive: true });
      writeFileSync(join(inside, name), make());
      lay(join(inside, 'weights.data'));
      return fileBytes(join(inside, name));
    };
    return { what: `${name} on disk: its sibling is ${what}`, uses: ['model'], open, file: { name, beside: new Map(), get bytes() { return make(); } } };
  }));
}
