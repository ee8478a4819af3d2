import type { Problem } from '../../../core/problem';
import type { Location } from '../../../core/text';
import type { DeploymentRun } from '../../../hcp/stacks/read';
import { type Identity, type StackIdentity, subjectsOf } from '../../../oidc/subject';
import { at, headerSpan, type Root } from '../../../terraform/model';
import { type AccountFacts, type Fact, phases, type RolePermissionFacts } from '../../facts';
import type { StackWiring } from '../../stack/wiring';
import type { TrustJudge } from '../judge';
import { rowOf } from '../row';

/** The names that the subjects of a Stack's deployments are made of. */
export interface StackNames {
  readonly hostname: string;
  readonly organization: StackIdentity['organization'];
  readonly project: StackIdentity['project'];
  readonly stack: StackIdentity['stack'];
}

/** What the checks of one deployment look at. `names` are missing where nobody named them; `accounts` says why it is. */
export interface StackUnderCheck {
  readonly root: Root;
  readonly wiring: StackWiring;
  /** The audience that tokens have to carry, where somebody said so; else the one that they carry counts. */
  readonly audience: string | undefined;
  readonly names: StackNames | undefined;
  /** Why they are missing, where somebody looked for them. */
  readonly namesProblem?: Problem;
  /** The latest run of the deployment, where HCP Terraform was asked. */
  readonly run?: Fact<DeploymentRun | undefined>;
  /** The host whose tokens they are, as it stands in provider ARNs and condition keys. */
  readonly issuer: string;
  /** Every account that was read. */
  readonly accounts: Fact<readonly AccountFacts[]>;
  /** What the roles of the deployment may do, beside what its components need; absent where that was not asked. */
  readonly permissions?: ReadonlyMap<string, Fact<RolePermissionFacts>> | undefined;
  readonly judge: TrustJudge;
}

export const stackRow = rowOf<StackUnderCheck>();

export const deploymentPlace = ({ wiring: { deployment } }: StackUnderCheck): Location =>
  at(deployment.file, headerSpan(deployment.block));

export const identityOf = ({ names, wiring }: StackUnderCheck): StackIdentity | undefined =>
  names && { kind: 'stack', ...names, deployment: wiring.deployment.name as StackIdentity['deployment'] };

/** The subjects of plan and apply, where the names are known. */
export function subjectsIn(stack: StackUnderCheck): ReturnType<typeof subjectsOf> | undefined {
  const identity: Identity | undefined = identityOf(stack);
  return identity && subjectsOf(identity, phases);
}
