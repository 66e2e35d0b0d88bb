/** The views of the panel, in the order of their tabs. */
import { timeline } from './timeline';
import type { View } from './view';

export const VIEWS: readonly View[] = [timeline];
