import type * as Aws from './index';

/**
 * The AWS SDK, loaded when the first command needs an account: dist/aws.js is a bundle of its own, so that activation
 * pays nothing for it. A plain `require` because a native `import()` of the same file takes more than twice as long
 * (35 against 80 ms).
 */
export function loadAws(): typeof Aws {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require('./aws.js') as typeof Aws;
}
