import { apply } from './commands/apply';
import { audit } from './commands/audit';
import { check } from './commands/check';
import { cloud } from './commands/cloud';
import { keys } from './commands/company/keys';
import { migrate } from './commands/company/migrate';
import { completions } from './commands/completions';
import { configure } from './commands/configure';
import { denied } from './commands/denied';
import { doctor } from './commands/doctor';
import { exportBinding } from './commands/export';
import { fix } from './commands/fix';
import { lintPolicy } from './commands/lintPolicy';
import { lintTrust } from './commands/lintTrust';
import { mapProviders } from './commands/mapProviders';
import { permissions } from './commands/permissions';
import { plan } from './commands/plan';
import { prove } from './commands/prove';
import { proveRun } from './commands/proveRun';
import { repair } from './commands/repair';
import { stack } from './commands/stack';
import { status } from './commands/status';
import { subject } from './commands/subject';
import { trust } from './commands/trust';
import { undo } from './commands/undo';
import { variables } from './commands/variables';
import { whoami } from './commands/whoami';
import { mcp } from './mcp/mcp';
import { watchReport } from './watch/watchReport';
import type { Command } from './command';

/** Every command of the CLI, in the order of `tfc-oidc --help`. */
export const commands: readonly Command[] = [
  configure,
  check,
  fix,
  cloud,
  mapProviders,
  stack,
  subject,
  trust,
  prove,
  lintTrust,
  permissions,
  lintPolicy,
  denied,
  plan,
  apply,
  undo,
  exportBinding,
  status,
  doctor,
  proveRun,
  repair,
  variables,
  whoami,
  audit,
  keys,
  migrate,
  watchReport,
  mcp,
  completions(() => commands),
];
