import type { ServerOptions } from '../options.ts';
import { StartError } from '../start-error.ts';
import type { LogOptions } from '../structured-log.ts';
import { readConfigFile } from './config-file.ts';
import type { Configured } from './config-file.ts';
import { environmentName, rules } from './rules.ts';
import type { Chosen, Rule } from './rules.ts';

/** Where settings come from. A flag is before the environment, that before the file. */
export interface ConfigurationSources {
  /** By name, without dashes; a flag that takes no value is `true`. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A file in TOML; none when absent. */
  readonly file?: string;
  /** The folder of the data when nobody names one. */
  readonly defaultData: string;
}

/** What a server process needs to know. */
export interface ServerConfiguration {
  readonly server: ServerOptions;
  readonly log: { readonly level: LogOptions['level']; readonly format: LogOptions['format'] | null };
  /** Milliseconds over which clients are sent elsewhere when the process is to end. */
  readonly drain: number;
}

/** Milliseconds. */
const defaultDrain = 3_000;

/**
 * Settles how a server is to be run.
 * @throws StartError whose one line names the flag, the variable, or the file and line that is wrong.
 */
export function settleConfiguration(sources: ConfigurationSources): ServerConfiguration {
  const configured: Configured = sources.file === undefined ? new Map() : readConfigFile(sources.file);
  const chosen = choose(sources, configured);
  const limits = definedOf({
    fileBytes: chosen.fileBytes,
    frameBytes: chosen.frameBytes,
    textLength: chosen.textLength,
    contacts: chosen.contacts,
    openRequests: chosen.openRequests,
    strangerRequests: chosen.strangerRequests,
    groupMembers: chosen.groupMembers,
    editAge: chosen.editAge,
    retractAge: chosen.retractAge,
  });
  const visitors = definedOf({ perAddress: chosen.connectionsPerAddress, total: chosen.connectionsTotal });
  const tls = certificateFiles(chosen);
  return {
    server: {
      dataDirectory: chosen.data ?? sources.defaultData,
      ...chosen.listen,
      ...definedOf({
        name: chosen.name,
        registration: chosen.registration,
        allowInsecure: chosen.allowInsecure,
        trustedProxies: chosen.trustedProxies,
        retention: chosen.retentionMessages,
        fileQuota: chosen.fileQuota,
        tls,
      }),
      limits,
      visitors,
      administration: chosen.adminListen === 'off' ? null : (chosen.adminListen ?? { port: 0 }),
    },
    log: { level: chosen.logLevel ?? 'info', format: chosen.logFormat ?? null },
    drain: chosen.drain ?? defaultDrain,
  };
}

function choose(sources: ConfigurationSources, configured: Configured): Chosen {
  const resolve = <Value>(rule: Rule<Value>): Value | undefined => {
    const source = sourceOf(rule, sources, configured);
    if (source === null) return undefined;
    const value = rule.parse(source.text);
    if (value !== undefined) return value;
    throw new StartError('configuration', `${source.name} takes ${rule.expected}, not '${source.text}'`);
  };
  return {
    data: resolve(rules.data),
    name: resolve(rules.name),
    listen: resolve(rules.listen),
    registration: resolve(rules.registration),
    allowInsecure: resolve(rules.allowInsecure),
    trustedProxies: resolve(rules.trustedProxies),
    drain: resolve(rules.drain),
    certificate: resolve(rules.certificate),
    key: resolve(rules.key),
    adminListen: resolve(rules.adminListen),
    logLevel: resolve(rules.logLevel),
    logFormat: resolve(rules.logFormat),
    retentionMessages: resolve(rules.retentionMessages),
    fileQuota: resolve(rules.fileQuota),
    fileBytes: resolve(rules.fileBytes),
    frameBytes: resolve(rules.frameBytes),
    textLength: resolve(rules.textLength),
    contacts: resolve(rules.contacts),
    openRequests: resolve(rules.openRequests),
    strangerRequests: resolve(rules.strangerRequests),
    groupMembers: resolve(rules.groupMembers),
    editAge: resolve(rules.editAge),
    retractAge: resolve(rules.retractAge),
    connectionsPerAddress: resolve(rules.connectionsPerAddress),
    connectionsTotal: resolve(rules.connectionsTotal),
  };
}

/** Who chose, and what. An empty variable chooses nothing. */
function sourceOf(
  rule: Rule<unknown>,
  { flags, environment }: ConfigurationSources,
  configured: Configured,
): { readonly name: string; readonly text: string } | null {
  const given = rule.flag === undefined ? undefined : flags[rule.flag];
  if (given !== undefined) return { name: `--${rule.flag}`, text: given };
  const variable = environmentName(rule);
  const set = environment[variable];
  if (set) return { name: variable, text: set };
  const entry = configured.get(rule.key);
  return entry === undefined ? null : { name: `${entry.place}: ${rule.key}`, text: entry.text };
}

function certificateFiles({ certificate, key }: Chosen): ServerOptions['tls'] | undefined {
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate !== undefined && key !== undefined) return { certificateFile: certificate, keyFile: key };
  throw new StartError('configuration', '--tls-cert and --tls-key (tls.certificate and tls.key) go together');
}

type Defined<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

function definedOf<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
