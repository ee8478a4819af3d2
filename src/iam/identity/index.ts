export { identityOfAwsCli } from './awsCli';
export { type Identity, type Origin, originText } from './origin';
export { type RequestSettings, regionProblem, requestSettings } from './settings';
export { readSharedFiles, type Settings, type SharedFiles } from './sharedFiles';
export { identityOfTerraform } from './terraform';
export { compareIdentities } from './compare';
