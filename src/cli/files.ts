export { nodeFiles, repositoryOf } from '../node/files';
