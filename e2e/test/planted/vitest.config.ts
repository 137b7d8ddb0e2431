import { defineConfig } from 'vitest/config';

/** For `availability.test.ts` alone: a test run of one group that needs a server. */
export default defineConfig({ test: { root: import.meta.dirname, include: ['needs-prosody.ts'] } });
