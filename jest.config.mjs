import { spawnSync } from 'node:child_process';
import { chromiumPath } from './scripts/support/chromium.mjs';

const hasCurl = spawnSync('curl', ['--version']).status === 0;
if (!hasCurl) console.warn('curl is not installed: its tests are left out');

// Where all tests must run, a missing browser fails them instead.
const hasBrowser = chromiumPath() !== null || process.env.CI === 'true';
if (!hasBrowser) {
  console.warn('Chromium is not installed: the tests of the page are left out (Debian: apt-get install chromium)');
}

// The same for Redis.
const hasRedis = spawnSync('redis-server', ['--version']).status === 0 || process.env.CI === 'true';
if (!hasRedis) {
  console.warn(
    'skipped: no redis-server is installed for the tests of the queue on Redis (Debian: apt-get install redis-server)',
  );
}

/** Tests are ES modules; servers and engines that they start are the built program. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    ...(hasCurl ? [] : ['curl\\.test\\.ts$']),
    ...(hasRedis ? [] : ['redis\\.(browser\\.)?test\\.ts$']),
    ...(hasBrowser ? [] : ['browser\\.test\\.ts$']),
  ],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': '@swc/jest' },
  // A busy machine takes ten times what a quiet one does.
  testTimeout: 180_000,
  maxWorkers: 2,
};
