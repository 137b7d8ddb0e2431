import { NatterError, errorData } from '@natter/core/error';
import { compareVersions } from '../version.ts';
import { clientProtocol } from './daemon-manifest.ts';
import type { DaemonStatus } from './daemon-manifest.ts';

/**
 * Whether a running daemon can serve this version: `yes`, or `older`: it is to be replaced. A newer one throws a
 * NatterError of code `conflict`, since this side must not undo an update.
 */
export function compatibility(status: DaemonStatus, version: string): 'yes' | 'older' {
  const difference = status.protocol - clientProtocol || compareVersions(status.version, version);
  if (difference === 0) return 'yes';
  if (difference < 0) return 'older';
  throw new NatterError(
    errorData(
      'conflict',
      `the running daemon is natter ${status.version}, newer than this command (${version}): update the command, or end the daemon with its own natter daemon --stop`,
    ),
  );
}
