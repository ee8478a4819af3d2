import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readActions } from '../iam/permissions/actions';
import { readResources, type ResourceReference } from '../iam/permissions/reference';

type DataFile = 'actions.json.gz' | 'terraform.json.gz' | 'resources.json.gz';

/** One file of the permission data: beside the bundle (dist/data), or in the sources when they run unbundled. */
export function permissionData(name: DataFile): Uint8Array {
  const bundled = path.join(__dirname, 'data', name);
  return readFileSync(existsSync(bundled) ? bundled : path.join(__dirname, '../iam/permissions/data', name));
}

/** The actions of IAM and the resources that they take. */
export function resourceReference(): ResourceReference {
  return readResources(permissionData('resources.json.gz'), readActions(permissionData('actions.json.gz')));
}
