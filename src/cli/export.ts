/** `export FILE`: a recording in another form. */
import { open as openFile, rm, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { open } from '../formats/index';
import { chosen, exporters, sourceOf } from '../formats/export';
import { fileBytes } from '../platform/node';
import { answersOf, checkAnswers, doubtLine, questionsOf } from './assume';
import { count, options, UsageError, type Command } from './command';

export const exportCommand: Command = {
  name: 'export',
  usage: `gatescope export FILE --as ${exporters.map(e => e.id).join('|')} --out FILE [options]`,
  purpose: 'Write a recording as a table, as NumPy arrays or as a trace.',
  help: `FILE is a trace or a recording (.npz, .npy, .jsonl, .csv, .h5).
  --as FORM             csv: one row a step, columns LAYER.SIGNAL[unit]; npz: arrays LAYER/SIGNAL; trace: .safetensors
  --out FILE            where to write
  --signals f,c,h       only these (all)
  --from A --to B       only steps A up to B
  --choose ID=OPTION    of a recording: another answer to what was guessed, such as axes=btu or sequence=3; may be repeated`,
  async run(args) {
    const { values, files: [file, ...more] } = options(args, {
      as: { type: 'string' }, out: { type: 'string' }, signals: { type: 'string' }, from: { type: 'string' }, to: { type: 'string' }, choose: { type: 'string', multiple: true },
    });
    if (file === undefined || more.length > 0) throw new UsageError('export needs one FILE.');
    if (values.out === undefined || values.as === undefined) throw new UsageError(`export needs --as ${exporters.map(e => e.id).join('|')} and --out FILE.`);
    const form = exporters.find(e => e.id === values.as);
    if (!form) throw new UsageError(`--as takes ${exporters.map(e => e.id).join(', ')}, found ${values.as}.`);
    if (resolve(values.out) === resolve(file)) throw new UsageError('export cannot write over the file that it reads.');
    const opened = await open(await fileBytes(file));
    if (opened.kind !== 'trace') throw new UsageError(`${file} is a checkpoint; export needs a recording. Make one with gatescope run.`);
    const answers = answersOf(values.choose ?? [], 'choose');
    checkAnswers(answers, questionsOf(opened), basename(file), 'choose');
    const answered = opened.decide?.(answers) ?? opened;
    const signals = values.signals?.split(',').map(s => s.trim()).filter(Boolean);
    const part = chosen(answered, { signals, from: count(values.from, 'from'), to: count(values.to, 'to') });
    await written(values.out, form.write(sourceOf(part, basename(file))));
    for (const doubt of answered.doubts ?? []) if (!Object.hasOwn(answers, doubt.id)) process.stderr.write(`gatescope: note: ${doubtLine(doubt, 'choose')}\n`);
    for (const warning of answered.warnings ?? []) process.stderr.write(`gatescope: note: ${warning}\n`);
    process.stdout.write(`${values.out}: ${part.steps} steps of ${part.levels.map(l => l.name).join(', ')}\n`);
  },
};

/** Writes a stream to a file; one that could not be finished is removed. */
async function written(path: string, pieces: AsyncGenerator<Uint8Array>): Promise<void> {
  const file = await openFile(path, 'w');
  try {
    for await (const piece of pieces) for (let done = 0; done < piece.length;) done += (await file.write(piece, done, piece.length - done)).bytesWritten;
    await file.close();
  } catch (error) {
    await file.close().catch(() => undefined);
    if ((await stat(path)).isFile()) await rm(path, { force: true });
    throw error;
  }
}
