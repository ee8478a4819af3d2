/** What of the `yaml` package is used. Named one by one: of a CommonJS package a bundle's `import()` hands over the default only. */
export { isMap, isScalar, isSeq, parseDocument } from 'yaml';
