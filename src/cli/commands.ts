import type { Command } from './command';
import { check } from './commands/check';
import { fix } from './commands/fix';
import { lintTrust } from './commands/lintTrust';
import { prove } from './commands/prove';
import { subject } from './commands/subject';
import { trust } from './commands/trust';

/** Every command of the CLI, in the order of `tfc-oidc --help`. */
export const commands: readonly Command[] = [check, fix, subject, trust, prove, lintTrust];
