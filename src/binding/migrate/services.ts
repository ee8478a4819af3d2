import { ok, type Result, unwrap } from '../../core/problem';
import { awsManagedPolicyArn, iamArn } from '../../oidc/arns';
import { defaultAudience, hostname as hostnameName } from '../../oidc/names';
import { partitionName } from '../../oidc/partition';
import { identityOfFacts } from '../facts';
import { codePolicies } from '../gather/codePolicies';
import { holdsNotAsked } from '../gather/holds';
import type { PermissionSources } from '../gather/permissionSources';
import { journalsOf } from '../journal/about';
import type { JournalStore } from '../journal/journal';
import type { CodeOwner } from '../plan/model';
import { subjectOf } from '../plan/prepare';
import type { OpenedAccount, SetupServices } from '../setup';
import type { MigrationServices } from './plan';
import type { MigrationUnit } from './units';

/** What roles are made like, and what comes after the proof. */
export interface MigrationWishes {
  readonly roles: 'separate' | 'single';
  readonly path: string;
  /** The name of a policy that each account has. */
  readonly boundary: string | undefined;
  /** Names of AWS's managed policies for the roles, beside what the code needs. */
  readonly attached: readonly string[];
  readonly removeStaticKeys: boolean;
  readonly proveByRun: boolean;
}

/** What a surface works with. */
export interface MigrationGround {
  readonly open: (accountId: string) => Promise<Result<OpenedAccount>>;
  readonly journals: JournalStore;
  readonly permissions: PermissionSources;
  readonly ownedByCode: readonly CodeOwner[];
  /** Of one workspace, with the journals that are about it. */
  readonly setup: (unit: MigrationUnit, journals: JournalStore) => SetupServices;
}

/** What a migration works with: the same choices for every workspace, whatever surface asks. */
export function migrationServices(wishes: MigrationWishes, ground: MigrationGround): MigrationServices {
  const holds = holdsNotAsked('What the workspaces hold was not read.', 'Configure a workspace by itself for that.');
  return {
    open: ground.open,
    choices: (unit, { caller }) => {
      const { accountId } = caller;
      const partition = unwrap(partitionName(caller.partition));
      const { workspace: w } = unit.row;
      const attached = wishes.attached.map(name => awsManagedPolicyArn(partition, name));
      const { code } = unit.member;
      const policies = code === undefined ? undefined : codePolicies(code.root, holds, ground.permissions);
      const of = (phase: 'plan' | 'apply') => ({ attached, ...policies?.policy(phase, accountId, partition) });
      return {
        hostname: unwrap(hostnameName(w.hostname)),
        identities: [identityOfFacts(w)],
        workspaceId: w.id,
        accountId,
        partition,
        audience: defaultAudience,
        roles: wishes.roles,
        path: wishes.path,
        names: {},
        ...(wishes.boundary !== undefined && {
          boundaryArn: iamArn({ partition, accountId }, `policy/${wishes.boundary}`),
        }),
        policies: { run: of('apply'), plan: of('plan'), apply: of('apply') },
      };
    },
    notes: unit =>
      unit.member.code === undefined
        ? ['Its code is not here: it gets everything but the permissions that its code needs.']
        : [],
    ownedByCode: ground.ownedByCode,
    removeStaticKeys: wishes.removeStaticKeys,
    proveByRun: wishes.proveByRun,
    setup: unit => {
      const { hcp } = unit.member;
      const { workspace: w } = unit.row;
      const subject = subjectOf({
        hostname: unwrap(hostnameName(w.hostname)),
        identities: [identityOfFacts(w)],
        accountId: unit.accountId,
      });
      const services = ground.setup(unit, journalsOf(ground.journals, subject));
      // One client for all: a limit of requests and one look for its address.
      return 'notAsked' in hcp ? services : { ...services, client: () => Promise.resolve(ok(hcp.client)) };
    },
    now: Date.now,
  };
}
