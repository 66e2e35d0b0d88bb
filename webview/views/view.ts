/** What a view of the panel is: a name, a question that it answers, and how it is made. */
import type { HostApi, Remote } from '../../src/protocol';
import type { Data } from '../data';
import type { Changes, State, Store } from '../state';

export interface Context {
  readonly store: Store;
  readonly data: Data;
  readonly host: Remote<HostApi>;
  /** Tells screen readers, politely and at most twice a second. */
  readonly say: (words: string) => void;
  /** Sends a link's or button's id to the host; what goes wrong is shown. */
  readonly act: (id: string, value?: string) => void;
}

/** A view that stands in the page. */
export interface Mounted {
  readonly element: HTMLElement;
  update(state: State, changed: Changes): void;
  /** Takes a key press if it knows the key. */
  key(event: KeyboardEvent): boolean;
  /** Shows its keys. */
  help(): void;
  dispose(): void;
}

/** What a view's module exports. */
export interface View { readonly create: (context: Context) => Mounted }

/** A view's place among the tabs: its code comes when it is wanted. */
export interface Tab {
  readonly id: string;
  readonly title: string;
  /** The heading: what the view answers. */
  readonly question: (state: State) => string;
  readonly load: () => Promise<View>;
}
