import { pino } from 'pino';
import type { Log, LogEntry } from './log.ts';

/** Least important level that is written, and how a line looks: `json` for machines, `text` for people. */
export interface LogOptions {
  readonly level: LogEntry['level'];
  readonly format: 'json' | 'text';
}

/** Names under which a secret or what somebody said would stand: nothing writes them, and if something did, it would not show. */
const hidden = ['password', 'token', 'invite', 'body', 'text'].flatMap((name) => [name, `*.${name}`]);

/** A log that writes one line an entry. `write` is given whole lines, without line breaks inside. */
export function structuredLog({ level, format }: LogOptions, write: (line: string) => void): Log {
  const logger = pino(
    {
      level,
      base: { pid: process.pid },
      messageKey: 'event',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: hidden, censor: '(hidden)' },
    },
    { write: (line: string) => write(format === 'json' ? withoutControls(line) : textLine(line)) },
  );
  return ({ level: of, event, ...details }) => logger[of](details, event);
}

/** `2026-01-01T12:00:00.000Z info listening url=ws://127.0.0.1:5280` */
function textLine(line: string): string {
  const { time, level, event, pid: _pid, ...details } = JSON.parse(line) as Record<string, unknown>;
  const fields = Object.entries(details).map(([name, value]) => `${name}=${fieldText(value)}`);
  return `${withoutControls([time, level, event, ...fields].join(' '))}\n`;
}

function fieldText(value: unknown): string {
  return typeof value === 'string' && /^[\w.:/@+-]+$/.test(value) ? value : JSON.stringify(value);
}

/** What came from a network may steer a terminal: JSON leaves the C1 controls and the marks of direction as they are. */
function withoutControls(line: string): string {
  return line.replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (found) =>
    Array.from(found, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  );
}
