import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Reads one file of the permission data: beside the bundle (dist/data), or in the sources when they run unbundled. */
export function permissionFile(name: string): Uint8Array {
  const bundled = path.join(__dirname, 'data', name);
  return readFileSync(existsSync(bundled) ? bundled : path.join(__dirname, '../iam/permissions/data', name));
}
