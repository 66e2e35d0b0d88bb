/** Settings of a Keras layer, read without trusting the file. */
import { FormatError } from '../../formats/format';
import { field, list, text, type JsonRecord } from '../../formats/keras/json';

/** A number, also where it stands alone in a list, as sizes of one axis do. */
export function numberOf(config: JsonRecord, key: string, otherwise: number): number {
  const found = field(config, key);
  const [first] = list(found) ?? [found];
  return typeof first === 'number' && Number.isFinite(first) ? first : otherwise;
}

/** Whole and at least 1. @throws FormatError */
export function sizeOf(config: JsonRecord, key: string, otherwise: number, layer: string): number {
  const found = numberOf(config, key, otherwise);
  if (!Number.isInteger(found) || found < 1) throw new FormatError('keras', `${key} of layer ${layer} should be at least 1, but is ${found}`);
  return found;
}

/** Numbers of a list; null counts as -1, an axis that is free. */
export const numbersOf = (config: JsonRecord, key: string): number[] => (list(field(config, key)) ?? []).map(n => (typeof n === 'number' ? n : -1));

export const isOn = (config: JsonRecord, key: string, otherwise: boolean): boolean => {
  const found = field(config, key);
  return typeof found === 'boolean' ? found : otherwise;
};

export const wordOf = (config: JsonRecord, key: string, otherwise: string): string => text(field(config, key)) ?? otherwise;
