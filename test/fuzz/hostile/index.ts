/** Files made to do harm, the same every time. */
import type { Case } from '../file';
import { diskCases } from './disk';
import { msgpackCases } from './msgpack';
import { onnxCases } from './onnx';
import { pickleCases } from './pickles';
import { textCases } from './texts';
import { zipCases } from './zips';

/** All of them; those on disk below `folder`. Most are made only when their bytes are asked for. */
export function hostileCases(folder: string, only = ''): readonly Case[] {
  return [...zipCases(), ...pickleCases(), ...onnxCases(), ...textCases(), ...msgpackCases(), ...diskCases(folder)].filter(c => c.what.includes(only));
}
