/** Where a column's signals are kept among the tiles. */
import { MAIN } from '../../../src/protocol';
import type { Held } from '../../../src/questions/compare';
import type { Lane } from '../../tiles';

export const laneOf = ({ run, level, direction }: Held, signal: string): Lane => ({ ...(run === MAIN ? {} : { run }), level, direction, signal });
