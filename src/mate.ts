/** A thread that helps the engine: waits for layers to share the work of. */
import { mate } from './platform/node';

mate();
