/** Recorded signals in the forms that other tools read, as streams: of whatever length, little is in memory. */
import { csvExport } from './export/csv';
import { npzExport } from './export/npz';
import { traceExport } from './export/trace';
import type { Exporter } from './export/source';

/** What a recording can be written as. Adding a form is a file in export/ and a word here. */
export const exporters: readonly Exporter[] = [traceExport, csvExport, npzExport];

export type { ExportSource, Exporter } from './export/source';
export { chosen, sourceOf, type Choice } from './export/source';
