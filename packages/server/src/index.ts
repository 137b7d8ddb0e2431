/**
 * The bundled natter instant-messaging server.
 *
 * @example
 * ```ts
 * import { createServer } from '@natter/server';
 *
 * const server = await createServer({ dataDirectory: './data', port: 0 });
 * await server.administration.addUser('alice', 'correct horse');
 * console.log(server.url);
 * await server.close();
 * ```
 * @packageDocumentation
 */
export { createServer } from './server.ts';
export type { NatterServer } from './server.ts';
export type { ServerOptions, VisitorLimits } from './options.ts';
export type { SignInRates } from './accounts/sign-in-limits.ts';
export type { Rate } from './accounts/rate-limit.ts';
export type { PasswordCost } from './accounts/passwords.ts';
export type { Log, LogEntry } from './log.ts';
export { settleConfiguration } from './configuration/configuration.ts';
export type { ConfigurationSources, ServerConfiguration } from './configuration/configuration.ts';
export { structuredLog } from './structured-log.ts';
export type { LogOptions } from './structured-log.ts';
export type { Certificate, CertificateFiles } from './listener/certificate.ts';
export type { AdminAddress } from './administration/http/admin-door.ts';
export { openAdministration } from './administration/administration.ts';
export type {
  AccountInfo,
  Administration,
  AdministrationOptions,
  DeviceInfo,
  InvitationInfo,
} from './administration/administration.ts';
export { backupData } from './backup/backup.ts';
export type { BackupSummary } from './backup/backup.ts';
export { checkData } from './backup/check.ts';
export type { BackupProgress, LongWork } from './backup/progress.ts';
export { restoreData } from './backup/restore.ts';
export { AdministrationError } from './administration/administration-error.ts';
export type { Standing } from './ports/accounts.ts';
export { StartError } from './start-error.ts';
