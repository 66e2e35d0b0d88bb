/** What the parts of the editor share. */
import type { FileHostApi } from '../../src/fileProtocol';
import type { Remote } from '../../src/protocol';
import type { Live } from '../live';

export interface FileContext {
  readonly host: Remote<FileHostApi>;
  readonly live: Live;
  /** Whether a section is open; `first` where the person did not say. */
  isOpen(key: string, first: boolean): boolean;
  setOpen(key: string, open: boolean): void;
  act(id: string, value?: string): void;
}
