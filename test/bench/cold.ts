/** A fresh process's first result: started by main.ts, prints milliseconds as JSON. The clock stands while the network is made. */
import { run } from '../../src/core/engine';
import { inputOf, networkOf, type Case } from './case';

const COLD: Case = { cell: 'lstm', inputSize: 128, units: 128, steps: 1000, batch: 1, directions: 1, pass: 'forward', threads: 1 };

const [network, x] = [networkOf(COLD), inputOf(COLD)];
const started = performance.now();
void run(network, x, COLD.steps).then(() => { console.log(JSON.stringify({ ms: performance.now() - started })); });
