import { readFileSync, watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { dirname } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { Log } from '../log.ts';
import { StartError } from '../start-error.ts';

/** A certificate chain and its key in PEM: the text itself. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** The same, as files that are read again when they change. */
export interface CertificateFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** How long after a change of the files they are read: both of a pair are written one after the other. Milliseconds. */
const settleTime = 300;

/** @throws StartError when the two cannot be read, or do not belong together. */
export function readCertificate(source: Certificate | CertificateFiles): Certificate {
  const pair =
    'certificate' in source
      ? source
      : { certificate: readFile(source.certificateFile), key: readFile(source.keyFile) };
  try {
    createSecureContext({ cert: pair.certificate, key: pair.key });
  } catch (error) {
    const of = 'certificate' in source ? '' : ` (${source.certificateFile}, ${source.keyFile})`;
    throw new StartError(
      'configuration',
      `the TLS certificate and its key${of} cannot be used: ${reasonOf(error)}`,
      {
        cause: error,
      },
    );
  }
  return pair;
}

/**
 * Keeps the certificate that new connections get up to date with its files. What cannot be used is logged, and the one
 * in use stays.
 */
export class CertificateKeeper {
  readonly #files: CertificateFiles;
  readonly #use: (certificate: Certificate) => void;
  readonly #log: Log;
  readonly #watchers: FSWatcher[] = [];
  #used: Certificate;
  #timer: NodeJS.Timeout | null = null;

  constructor(files: CertificateFiles, used: Certificate, use: (certificate: Certificate) => void, log: Log) {
    this.#files = files;
    this.#used = used;
    this.#use = use;
    this.#log = log;
    // The folders and not the files: a file that is replaced by renaming is another one afterwards.
    for (const folder of new Set([dirname(files.certificateFile), dirname(files.keyFile)]))
      this.#watch(folder);
  }

  /** Reads the files again, now. */
  reload(): void {
    try {
      const next = readCertificate(this.#files);
      if (next.certificate === this.#used.certificate && next.key === this.#used.key) return;
      this.#use(next);
      this.#used = next;
      this.#log({ level: 'info', event: 'certificate-reloaded', file: this.#files.certificateFile });
    } catch (error) {
      this.#log({ level: 'warn', event: 'certificate-kept', error: reasonOf(error) });
    }
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
  }

  #watch(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#reloadSoon());
      // Where the system cannot watch, there is still the signal.
      watcher.on('error', () => watcher.close());
      this.#watchers.push(watcher);
    } catch (error) {
      this.#log({ level: 'warn', event: 'certificate-not-watched', error: reasonOf(error) });
    }
  }

  #reloadSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.reload();
    }, settleTime).unref();
  }
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new StartError('configuration', `${path} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
