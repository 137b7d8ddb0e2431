import type { Limits, RegistrationMode } from '@natter/native-protocol';
import type { LogOptions } from '../structured-log.ts';
import { parseDuration, parseListen, parseSize } from './units.ts';

/** What an operator can choose. Times are milliseconds, sizes bytes. `undefined`: nobody chose, and the server's default holds. */
export interface Chosen {
  readonly data: string | undefined;
  readonly name: string | undefined;
  readonly listen: { readonly host?: string; readonly port: number } | undefined;
  readonly registration: RegistrationMode | undefined;
  readonly allowInsecure: boolean | undefined;
  readonly trustedProxies: readonly string[] | undefined;
  readonly drain: number | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  readonly adminListen: { readonly host?: string; readonly port: number } | 'off' | undefined;
  readonly logLevel: LogOptions['level'] | undefined;
  readonly logFormat: LogOptions['format'] | undefined;
  readonly retentionMessages: number | undefined;
  readonly fileQuota: number | undefined;
  readonly fileBytes: Limits['fileBytes'];
  readonly frameBytes: number | undefined;
  readonly textLength: number | undefined;
  readonly contacts: number | undefined;
  readonly openRequests: number | undefined;
  readonly strangerRequests: number | undefined;
  readonly groupMembers: number | undefined;
  readonly editAge: number | undefined;
  readonly retractAge: number | undefined;
  readonly connectionsPerAddress: number | undefined;
  readonly connectionsTotal: number | undefined;
}

/** One setting: its names and its check. */
export interface Rule<Value> {
  /** In the file, with its table; the environment's name is made of it. */
  readonly key: string;
  /** On the command line, without the dashes. */
  readonly flag?: string;
  readonly parse: (text: string) => Value | undefined;
  readonly expected: string;
}

const text = (value: string): string | undefined => (value === '' ? undefined : value);
const oneOf =
  <Value extends string>(...values: Value[]) =>
  (value: string): Value | undefined =>
    values.find((candidate) => candidate === value);
const flag = (value: string): boolean | undefined => ({ true: true, false: false })[value];
const list = (value: string): readonly string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
const count = (value: string): number | undefined =>
  /^[1-9]\d{0,9}$/.test(value) ? Number(value) : undefined;
const size = (value: string): number | undefined => parseSize(value) || undefined;

const address = 'HOST:PORT or a port';
const wholeNumber = 'a whole number from 1 on';
const bytes = 'a size such as 500KiB, 10MiB or 2GiB';
const duration = 'a time such as 90s, 30m, 2h or 400d';

/** Every setting there is. */
export const rules: { readonly [Name in keyof Chosen]: Rule<Exclude<Chosen[Name], undefined>> } = {
  data: { key: 'data', flag: 'data', parse: text, expected: 'a folder' },
  name: { key: 'name', flag: 'name', parse: text, expected: 'a host name' },
  listen: { key: 'listen', flag: 'listen', parse: parseListen, expected: address },
  registration: {
    key: 'registration',
    flag: 'registration',
    parse: oneOf<RegistrationMode>('open', 'invite', 'closed'),
    expected: 'open, invite or closed',
  },
  allowInsecure: { key: 'allow_insecure', flag: 'allow-insecure', parse: flag, expected: 'true or false' },
  trustedProxies: { key: 'trusted_proxies', parse: list, expected: 'addresses or ranges' },
  drain: { key: 'drain', parse: parseDuration, expected: duration },
  certificate: { key: 'tls.certificate', flag: 'tls-cert', parse: text, expected: 'a file' },
  key: { key: 'tls.key', flag: 'tls-key', parse: text, expected: 'a file' },
  adminListen: {
    key: 'admin.listen',
    flag: 'admin-listen',
    parse: (value) => (value === 'off' ? value : parseListen(value)),
    expected: `${address}, or off`,
  },
  logLevel: {
    key: 'log.level',
    flag: 'log-level',
    parse: oneOf<LogOptions['level']>('debug', 'info', 'warn', 'error'),
    expected: 'debug, info, warn or error',
  },
  logFormat: {
    key: 'log.format',
    flag: 'log-format',
    parse: oneOf<LogOptions['format']>('json', 'text'),
    expected: 'json or text',
  },
  retentionMessages: { key: 'retention.messages', parse: parseDuration, expected: duration },
  fileQuota: { key: 'limits.file_quota', parse: size, expected: bytes },
  fileBytes: { key: 'limits.file_bytes', parse: size, expected: bytes },
  frameBytes: { key: 'limits.frame_bytes', parse: size, expected: bytes },
  textLength: { key: 'limits.text_length', parse: count, expected: wholeNumber },
  contacts: { key: 'limits.contacts', parse: count, expected: wholeNumber },
  openRequests: { key: 'limits.open_requests', parse: count, expected: wholeNumber },
  strangerRequests: { key: 'limits.stranger_requests', parse: count, expected: wholeNumber },
  groupMembers: { key: 'limits.group_members', parse: count, expected: wholeNumber },
  editAge: { key: 'limits.edit_age', parse: parseDuration, expected: duration },
  retractAge: { key: 'limits.retract_age', parse: parseDuration, expected: duration },
  connectionsPerAddress: { key: 'limits.visitors_per_address', parse: count, expected: wholeNumber },
  connectionsTotal: { key: 'limits.visitors', parse: count, expected: wholeNumber },
};

/** `NATTER_SERVER_TLS_CERTIFICATE` for `tls.certificate`. */
export function environmentName({ key }: Rule<unknown>): string {
  return `NATTER_SERVER_${key.replaceAll('.', '_').toUpperCase()}`;
}
