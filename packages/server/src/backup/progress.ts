/** How far something long has come. */
export interface BackupProgress {
  readonly step: 'database' | 'files';
  /** Files, or nothing known of how many. */
  readonly done: number;
  readonly total: number;
}

/** What long work on the data of a server takes. */
export interface LongWork {
  readonly onProgress?: (progress: BackupProgress) => void;
  readonly signal?: AbortSignal;
}
