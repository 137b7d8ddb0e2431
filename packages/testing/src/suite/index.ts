/**
 * The client suite: the real hub and client over an adapter, judged by the history checker.
 *
 * @example
 * ```ts
 * import { describeClient } from '@natter/testing/suite';
 *
 * describeClient('my network', { setup: startMyNetworkWithTwoAccounts });
 * ```
 * @packageDocumentation
 */
export { clientCases, type ClientCase } from './cases.ts';
export { describeClient, type DescribeClientOptions } from './describe-client.ts';
export { linkForms, TestProfile, type LinkForm } from './test-profile.ts';
