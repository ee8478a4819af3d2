import type * as PermissionLanguage from './permissionLanguage';

/** Apart from the engine, for it reads its data from files, and a browser has none. */
export const loadPermissionLanguage = (): Promise<typeof PermissionLanguage> => import('./permissionLanguage');
