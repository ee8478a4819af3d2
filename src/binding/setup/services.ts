import type { Result } from '../../core/problem';
import type { HcpClient } from '../../hcp/client/client';
import type { Wait } from '../../hcp/client/limiter';
import type { CodeFiles } from '../apply/code';
import type { JournalStore } from '../journal/journal';
import type { CodePlan } from '../plan/code';
import type { StackChoice } from '../code/stackWiring';
import type { Root } from '../../terraform/model';
import type { StageId } from './dialogue';
import type { CheckedBinding, OpenedAccount, SetupMember } from './model';

/** What a use case works with. All I/O is here; a use case has none of its own. */
export interface UseCaseServices {
  readonly journals: JournalStore;
  /** One run at a time for each binding, on all surfaces of this machine. */
  locked<T>(subject: string, work: () => Promise<T>): Promise<T>;
  /** The client for a host, where a change or an undo first needs it. */
  client(hostname: string, signal: AbortSignal): Promise<Result<HcpClient>>;
  /** The files that code changes touch. */
  readonly files: CodeFiles;
  /** Runs what takes long: below a notification, or as it is. The signal ends it. */
  during<T>(stage: StageId, workspaces: readonly string[], work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly wait: Wait;
}

/** What a setup works with beside that. */
export interface SetupServices extends UseCaseServices {
  /**
   * Everything about these bindings read, from every source and with the code as its files are now, and all checks. What HCP Terraform
   * said is asked for again unless the member keeps it.
   */
  check(
    members: readonly SetupMember[],
    opened: OpenedAccount | undefined,
    signal: AbortSignal,
  ): Promise<readonly CheckedBinding[]>;
  /**
   * The changes of the code of the members' roots: its fixes (unless `mappingOnly`), and the mapping of provider blocks where a
   * workspace has tagged configurations.
   */
  planCode(
    roots: readonly RootOfSetup[],
    options: { readonly mappingOnly: boolean },
    signal: AbortSignal,
  ): Promise<CodePlan>;
  /** The changes of a Stack's code by which these deployments use these roles; nothing where all is wired. */
  planWiring(root: Root, choice: StackChoice, signal: AbortSignal): Promise<CodePlan>;
}

/** A root with the tags of the configurations that its workspaces have or get. */
export interface RootOfSetup {
  readonly code: NonNullable<SetupMember['code']>;
  readonly tags: readonly string[];
}
