/** What shows layers: panels and the inspector, and the commands that open and export. One part, since they lean on the same code. */
export { showComparison } from './compare';
export { exportReport } from './exportReport';
export { exportTrace } from './exportTrace';
export { resolveInspector } from './inspector';
export { openFile } from './openFile';
export { makePanels } from './panels';
export { visualize } from './visualize';
