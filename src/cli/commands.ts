import type { Command } from './command';

/** Every command of the CLI, in the order of `tfc-oidc --help`. */
export const commands: readonly Command[] = [];
