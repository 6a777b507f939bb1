/** Who asked for a model: hears how far it is, and may have had enough. */
export interface HubHost {
  /** Bytes that are here, of all that are needed; called only where something has to be downloaded. */
  progress(done: number, total: number): void;
  /** Something that the user will want to know. */
  remark(text: string): void;
  /** Asked several times a second: what it throws ends the download, and the next one goes on where this one ended. */
  throwIfStopped(): void;
}

/** For callers who do not ask. */
export const quietHost: HubHost = { progress: () => {}, remark: () => {}, throwIfStopped: () => {} };
