/** Play: the crosshair walks on by itself, eight steps a second, until it is stopped, moved or at the end. */
import { shownStep, type Store } from './state';
import { revealing } from './views/timeline/layout';

const PER_SECOND = 8;

/** Starts, or stops what is running. */
export function togglePlay(store: Store, perSecond = PER_SECOND): void {
  if (store.state.playing) { store.set({ playing: false }); return; }
  const { scene } = store.state;
  if (!scene) return;
  const start = shownStep(store.state);
  let at = start >= scene.steps - 1 ? -1 : start - 1;
  store.set({ playing: true });
  const timer = setInterval(walk, 1000 / perSecond);
  walk();

  function walk(): void {
    const { state } = store;
    const moved = at >= 0 && at !== start - 1 && state.selection.step !== at;
    if (!state.playing || moved || state.scene !== scene || at >= scene!.steps - 1) {
      clearInterval(timer);
      store.set({ playing: false });
      return;
    }
    at++;
    store.set({ held: true, ...revealing({ from: state.from, to: state.to }, at, scene!.steps) });
    store.select({ step: at });
  }
}
