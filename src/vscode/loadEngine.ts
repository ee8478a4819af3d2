import type * as Engine from './engine';
import type * as PermissionLanguage from './permissionLanguage';

export const loadEngine = (): Promise<typeof Engine> => import('./engine');
export const loadPermissionLanguage = (): Promise<typeof PermissionLanguage> => import('./permissionLanguage');
