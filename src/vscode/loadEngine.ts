import type * as Engine from './engine';

export const loadEngine = (): Promise<typeof Engine> => import('./engine');
