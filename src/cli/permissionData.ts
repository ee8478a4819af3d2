import { readActions } from '../iam/reference/actions';
import { readResources, type ResourceReference } from '../iam/reference/reference';
import { permissionFile } from '../node/permissionFiles';

/** One file of the permission data. */
export function permissionData(name: 'actions.json.gz' | 'terraform.json.gz' | 'resources.json.gz'): Uint8Array {
  return permissionFile(name);
}

/** The actions of IAM and the resources that they take. */
export function resourceReference(): ResourceReference {
  return readResources(permissionData('resources.json.gz'), readActions(permissionData('actions.json.gz')));
}
