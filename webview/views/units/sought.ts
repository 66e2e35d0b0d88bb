/** Whether somebody asked where else the same units are on: the view scrolls there once it knows, and takes the focus along. */
import type { Store } from '../../state';

let sought = false;

/** Shows the units' view at the places that are like the selected steps. */
export function seekSimilar(store: Store): void {
  sought = true;
  store.set({ view: 'units', table: false, arrived: store.state.arrived + 1 });
}

/** True once after it was asked, where the answer is there. */
export function takeSought(known: boolean): boolean {
  const now = sought && known;
  if (now) sought = false;
  return now;
}
