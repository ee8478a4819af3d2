import { readActions } from '../iam/permissions/actions';
import { readResources, type ResourceReference } from '../iam/permissions/reference';
import { permissionFile } from '../node/permissionFiles';

type DataFile = 'actions.json.gz' | 'terraform.json.gz' | 'resources.json.gz';

/** One file of the permission data. */
export const permissionData = (name: DataFile): Uint8Array => permissionFile(name);

/** The actions of IAM and the resources that they take. */
export function resourceReference(): ResourceReference {
  return readResources(permissionData('resources.json.gz'), readActions(permissionData('actions.json.gz')));
}
