/** Names by which VS Code knows what is ours, as in package.json: for those who register, who need not load what they register. */

/** The panel, as a webview. */
export const PANEL = 'gatescope.panel';
/** The editor of checkpoints and traces. */
export const FILE_EDITOR = 'gatescope.file';
/** The language of a cell's own text. */
export const CELL_LANGUAGE = 'gatescope-cell';
/** The lists of the side panel. */
export const LISTS = ['gatescope.models', 'gatescope.checkpoints', 'gatescope.traces'] as const;
/** Semantic tokens of a cell's text: signals, states, inputs and parameters. */
export const CELL_TOKENS = ['variable', 'property', 'parameter', 'enumMember'] as const;
