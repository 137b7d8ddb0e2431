import { appendFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { JsonObject } from '@natter/core';
import { ensurePrivateFile, ensurePrivateFolder } from '../profile/private-files.ts';
import type { LogLevel } from '../settings/settings.ts';

/** Writes what happens, one JSON object a line. `code` is a stable name. */
export interface Log {
  (level: LogLevel | 'error', code: string, data?: JsonObject): void;
}

const importance: Readonly<Record<LogLevel | 'error', number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Past this the file is put aside; two of them are kept, so a log never fills a disk. */
const mostBytes = 4 << 20;

/** Names that promise a secret, whatever stands behind them. */
const secretName = /pass(word|phrase)?|secret|token|credential|authorization|cookie|private/i;

/** A log in a file of mode 0600. Writing is synchronous: the last line before a crash is the one that is wanted. */
export function openLog(file: string, level: LogLevel, isSecret: (text: string) => boolean): Log {
  ensurePrivateFolder(dirname(file));
  ensurePrivateFile(file);
  let size = statSync(file).size;
  return (importanceName, code, data = {}) => {
    if (importance[importanceName] < importance[level]) return;
    if (size > mostBytes) {
      renameSync(file, `${file}.1`);
      ensurePrivateFile(file);
      size = 0;
    }
    const entry = { time: new Date().toISOString(), level: importanceName, code, ...data };
    const line = `${JSON.stringify(entry, (name, value: unknown) => withoutSecret(name, value, isSecret))}\n`;
    size += line.length;
    appendFileSync(file, line);
  };
}

function withoutSecret(name: string, value: unknown, isSecret: (text: string) => boolean): unknown {
  if (typeof value !== 'string') return value;
  return secretName.test(name) || isSecret(value) ? '[left out]' : value;
}
