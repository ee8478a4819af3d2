export { nodeFiles } from '../node/files';
export { filesAround } from '../node/within';
