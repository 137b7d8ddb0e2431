import { NatterError, errorData } from '@natter/core/error';
import type { Environment } from '../profile/paths.ts';
import { parseDuration } from './duration.ts';

/** Where passwords and tokens are kept. */
export type SecretsKind = 'keyring' | 'file' | 'plain';

/** What a user can choose, in one place. Times are milliseconds. */
export interface Settings {
  readonly secrets: SecretsKind;
  /** Prints the passphrase of the encrypted secrets file. */
  readonly passphraseCommand: string | null;
  /** How long a daemon stays without a connected front end. */
  readonly idle: number;
  readonly logLevel: LogLevel;
  readonly color: ColorChoice;
}

/** Least important level that reaches the log. */
export type LogLevel = 'debug' | 'info' | 'warn';
/** When output is coloured. */
export type ColorChoice = 'auto' | 'always' | 'never';

/** Where a setting's value came from, for messages. */
interface Source {
  readonly name: string;
  readonly text: string;
}

/** A setting: its names, its check, and its value when nobody chose one. */
interface Rule<Value> {
  readonly environment: string;
  readonly key: string;
  /** A variable of other programs that chooses this value when it is set. */
  readonly implied?: { readonly environment: string; readonly text: string };
  readonly parse: (text: string) => Value | undefined;
  readonly expected: string;
  readonly initial: Value;
}

const oneOf =
  <Value extends string>(...values: Value[]) =>
  (text: string): Value | undefined =>
    values.find((value) => value === text);

const rules: { readonly [Name in keyof Settings]: Rule<Settings[Name]> } = {
  secrets: {
    environment: 'NATTER_SECRETS',
    key: 'secrets',
    parse: oneOf<SecretsKind>('keyring', 'file', 'plain'),
    expected: 'keyring, file or plain',
    initial: 'keyring',
  },
  passphraseCommand: {
    environment: 'NATTER_PASSPHRASE_COMMAND',
    key: 'passphrase_command',
    parse: (text) => text,
    expected: 'a command',
    initial: null,
  },
  idle: {
    environment: 'NATTER_DAEMON_IDLE',
    key: 'daemon.idle',
    parse: parseDuration,
    expected: 'a time such as 90s, 30m or 2h',
    initial: 30 * 60_000,
  },
  logLevel: {
    environment: 'NATTER_LOG_LEVEL',
    key: 'daemon.log_level',
    parse: oneOf<LogLevel>('debug', 'info', 'warn'),
    expected: 'debug, info or warn',
    initial: 'info',
  },
  color: {
    environment: 'NATTER_COLOR',
    key: 'color',
    // no-color.org; it comes from the environment, and so before the config file.
    implied: { environment: 'NO_COLOR', text: 'never' },
    parse: oneOf<ColorChoice>('auto', 'always', 'never'),
    expected: 'auto, always or never',
    initial: 'auto',
  },
};

/** The keys that `config.toml` may have, dotted. */
export const configKeys: readonly string[] = Object.values(rules).map((rule) => rule.key);

/** Values from a config file, by dotted key, each with the place it stands at. */
export type ConfigValues = ReadonlyMap<string, { readonly text: string; readonly place: string }>;

/** Settings out of the environment, else the config file, else the defaults. A wrong value names where it stands. */
export function resolveSettings(environment: Environment, config: ConfigValues): Settings {
  const resolve = <Value>(rule: Rule<Value>): Value => {
    const source = sourceOf(rule, environment, config);
    if (source === null) return rule.initial;
    const value = rule.parse(source.text);
    if (value === undefined)
      throw new NatterError(
        errorData('storage', `${source.name}: ${rule.key} must be ${rule.expected}, not "${source.text}"`, {
          userAction: 'repair-profile',
        }),
      );
    return value;
  };
  return {
    secrets: resolve(rules.secrets),
    passphraseCommand: resolve(rules.passphraseCommand),
    idle: resolve(rules.idle),
    logLevel: resolve(rules.logLevel),
    color: resolve(rules.color),
  };
}

/** What holds when nobody has chosen anything. */
export const defaultSettings: Settings = resolveSettings({}, new Map());

function sourceOf(rule: Rule<unknown>, environment: Environment, config: ConfigValues): Source | null {
  const own = environment[rule.environment];
  if (own) return { name: rule.environment, text: own };
  const { implied } = rule;
  if (implied !== undefined && environment[implied.environment])
    return { name: implied.environment, text: implied.text };
  const configured = config.get(rule.key);
  return configured ? { name: configured.place, text: configured.text } : null;
}
