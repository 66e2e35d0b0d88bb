/** What the extension gives to other extensions: the numbers that the panel shows. */
import { l10n } from '../l10n';
import type { Scene, Tile, TileRequest } from '../protocol';
import type { Later } from './later';
import type { Panels } from './panels';
import type { Status } from './status';
import type { Line } from './tree/line';
import type { Lists } from './tree/lists';
import type { Found } from './tree/scan';

/** Of the panel that was used last. */
export interface GatescopeApi {
  /** What it shows; undefined where it shows nothing yet. */
  scene(): Scene | undefined;
  /** A window of a signal. @throws Error where nothing is shown, or where the request does not fit the scene */
  tile(request: TileRequest): Promise<Tile>;
  /** A list of the side panel, by the id of its view, as it stands; the first call begins to look through the workspace. */
  list(id: string): readonly ListLine[];
  /** How far the look through the workspace is. */
  looked(): Pick<Found, 'state' | 'looked' | 'total' | 'capped'>;
  /** What the status bar says of work under way; undefined while there is none. */
  working(): string | undefined;
}

/** A line of a list in the side panel. */
export interface ListLine { readonly label: string; readonly description: string; readonly tooltip: string; children(): readonly ListLine[] }

/** Answers at once: what was not loaded yet shows nothing. */
export function apiOf(panels: Later<Panels>, lists: Later<Lists>, status: Status): GatescopeApi {
  const session = (): NonNullable<Panels['active']>['session'] | undefined => panels.made?.active?.session;
  return {
    scene: () => session()?.scene,
    async tile(request) {
      const shown = session();
      if (!shown?.scene) throw new Error(l10n('Nothing is shown. Visualize a layer first.'));
      return shown.tile(request);
    },
    list(id) {
      if (!lists.made) void lists.use(made => made.lines(id));
      return (lists.made?.lines(id) ?? []).map(listLine);
    },
    looked: () => lists.made?.looked() ?? { state: 'never', looked: 0, total: 0, capped: false },
    working: () => status.work?.text,
  };
}

const text = (value: unknown): string => typeof value === 'string' ? value : '';

const listLine = ({ item, children }: Line): ListLine =>
  ({ label: text(item.label), description: text(item.description), tooltip: text(item.tooltip), children: () => children().map(listLine) });
