/** The worker that runs graphs: a runtime behind a port, loaded when the first model is. */
import { ort, workerPort } from './platform/node';
import { connect } from './protocol';
import { graphApi } from './upstream/runtimes';

connect<object>(workerPort(), graphApi(ort));
