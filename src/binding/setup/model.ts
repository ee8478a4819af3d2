import type { Hostname } from '../../oidc/names';
import type { Problem } from '../../core/problem';
import type { HcpClient } from '../../hcp/client/client';
import type { KeptReplies } from '../../hcp/client/keptReplies';
import type { AwsAccount, CallerIdentity } from '../../iam/account/types';
import type { Finding } from '../../lint/finding';
import type { Root } from '../../terraform/model';
import type { ApplyResult } from '../apply/apply';
import type { Change, VariableChange } from '../change';
import type { Check } from '../check';
import type { Consultation } from '../doctor/consult';
import type { BindingChoices } from '../desired/choices';
import type { BindingFacts, LocalFacts } from '../facts';
import type { NotAsked } from '../gather/binding';
import type { HcpReading } from '../gather/hcp';
import type { JournalRun } from '../journal/journal';
import type { CodePlan } from '../plan/code';
import type { CodeOwner } from '../plan/model';
import type { ReadTests } from '../plan/tests';
import type { PreparedBinding } from '../plan/prepare';
import type { VariablePlan, VariableTarget } from '../plan/variables';
import type { RunProof } from '../prove/planOnlyRun';
import type { ProofGap } from '../prove/proven';
import type { BindingPlace, WorkspacePlace } from '../place';

/** An account as a profile opens it. */
export interface OpenedAccount {
  readonly account: AwsAccount;
  readonly caller: CallerIdentity;
}

export interface HcpOfMember {
  readonly client: HcpClient;
  readonly reading: HcpReading;
  /** The replies behind the reading: what is checked without a write in between is not asked for again. */
  readonly kept?: KeptReplies;
}

/** One binding of a setup, as it was before anything was written. */
export interface SetupMember {
  readonly place: BindingPlace;
  /** The root whose runs it has, where one of the project is. */
  readonly code: { readonly root: Root; readonly findings: readonly Finding[] } | undefined;
  /** What HCP Terraform says of a workspace. `notAsked`: only the account is set up, nothing is proven, and nothing is taken away. */
  readonly hcp: HcpOfMember | NotAsked;
  /** What commands on this machine take, where its environment was looked at. */
  readonly local: LocalFacts | undefined;
  /** The host that issues the tokens, where it is another one than that of the API. */
  readonly issuerHost?: Hostname;
  /** Of a deployment: the variables of the components that carry the role; empty for the one that does, or a new one. */
  readonly inputs?: readonly string[];
  /** Of the tests of a module: their configuration as it was read. */
  readonly tests?: ReadTests & { readonly client: HcpClient };
  /** The role that they were given. */
  readonly testRole?: { readonly arn: string; readonly audience: string };
}

/** Bindings that get the same roles: mostly one. */
export interface SetupGroup {
  readonly members: readonly SetupMember[];
  readonly choices: BindingChoices;
  /** A yes was given beforehand to change roles that this product did not make. */
  readonly adopt: boolean;
  readonly ownedByCode: readonly CodeOwner[];
  readonly variableTarget: VariableTarget;
  /** Ask IAM beforehand what the caller may do: one or two requests more. */
  readonly checkCaller: boolean;
  /** What was inferred and should be looked at. */
  readonly notes: readonly string[];
}

/** What may come after the proof. Each has a question of its own; what is not wished for is not asked about. */
export interface SetupWishes {
  readonly removeStaticKeys: boolean;
  readonly fixVariables: boolean;
  readonly fixCode: boolean;
  readonly proveByRun: boolean;
}

/** An earlier run for the same binding that stopped in the middle. */
export interface StoppedRun {
  readonly run: JournalRun;
  /** In one sentence. */
  readonly where: string;
  /** Its rest is what has to be done today, no more and no less. */
  readonly asPlanned: boolean;
}

export interface PlannedGroup extends SetupGroup {
  readonly prepared: PreparedBinding;
  readonly variables: VariablePlan;
  /** After the proof: variables that are put right, and static keys that go. */
  readonly removals: readonly VariableChange[];
  /** IAM, then variables: what is written before the proof. */
  readonly changes: readonly Change[];
  /** Why this can be right and a run may stop all the same: the code that runs use is not known to be ready for a tag. */
  readonly unproven: string | undefined;
  /** What has to follow the mapping of the code that the switch of a tag waits for. */
  readonly behind?: string | undefined;
  readonly stopped: StoppedRun | undefined;
}

export interface SetupPlan {
  readonly opened: OpenedAccount;
  /** The account with what the plan has read of it: where nothing at all is written, that is what is proven. */
  readonly read?: OpenedAccount;
  readonly wishes: SetupWishes;
  readonly groups: readonly PlannedGroup[];
  readonly code: CodePlan | undefined;
  /** Of a Stack: the code by which its deployments use the roles. Written behind IAM and before the proof. */
  readonly wiring?: CodePlan;
  /** Roles of somebody else that a person did not give away; the plan is one without them, and says so as a problem. */
  readonly declined: readonly string[];
  /** Each of them blocks the whole setup. */
  readonly problems: readonly Problem[];
}

/** What a journaled run came to, and by which name an undo finds it. */
export interface JournaledResult extends ApplyResult {
  readonly journal: string;
}

/** A binding as it is now, with all its checks. */
export interface CheckedBinding {
  readonly place: BindingPlace;
  readonly checks: readonly Check[];
}

/** A workspace, with what its checks were made from. */
export interface CheckedMember extends CheckedBinding {
  readonly place: WorkspacePlace;
  readonly facts: BindingFacts;
  readonly source: HcpReading['source'];
}

export const isWorkspace = (checked: CheckedBinding): checked is CheckedMember => 'facts' in checked;

/**
 * `proven`: every role was evaluated, and nothing but what is removed last is wrong. `this configuration`: that holds for the
 * configuration that was set up; another one of the workspace could not be proven, and may need what is there. `not read`: HCP
 * Terraform was not asked.
 */
export type ProofState = 'proven' | 'this configuration' | 'not proven' | 'not read';

/** A plan-only run, followed to its end, and what the doctor says where it failed. */
export interface FollowedRun {
  readonly proof: RunProof;
  /** Where the run failed. */
  readonly consultation: Consultation | undefined;
}

export interface GroupOutcome {
  applied: JournaledResult | undefined;
  removed: JournaledResult | undefined;
  proof: ProofState;
  gap: ProofGap | undefined;
  checked: readonly CheckedBinding[];
  runs: FollowedRun[];
  /** Why there is no run, or no end of one. */
  notStarted: Problem | undefined;
}

/**
 * `refused`: something stands in the way. `declined`: no yes. `stopped`: a run ended in the middle. `nothing`: all was as it should be.
 */
export interface SetupResult {
  readonly state: 'refused' | 'declined' | 'stopped' | 'nothing' | 'done';
  readonly outcomes: ReadonlyMap<PlannedGroup, GroupOutcome>;
  readonly wired: JournaledResult | undefined;
  readonly fixed: JournaledResult | undefined;
}
