/** What `require('./aws.js')` finds when the sources run unbundled; in dist/ it finds the bundle of index.ts. */
export * from './index';
