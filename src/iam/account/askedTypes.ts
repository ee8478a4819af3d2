import type { Result } from '../../core/problem';

/** What IAM and STS say of access keys, and of what roles may do and did. */

/** An access key of an IAM user, as ListAccessKeys names it. */
export interface ListedKey {
  readonly id: string;
  readonly status: 'Active' | 'Inactive';
  /** ISO 8601. */
  readonly createdAt: string | undefined;
}

/** When a key was used last (https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKeyLastUsed.html). */
export interface KeyUse {
  /** Undefined: IAM names no user, as for a key of the root user (UNVERIFIED which name it has there). */
  readonly user: string | undefined;
  /** ISO 8601; undefined: not used since 22 April 2015. */
  readonly at: string | undefined;
  readonly service: string | undefined;
  readonly region: string | undefined;
}

/** What a user has beside access keys. */
export interface UserLeftovers {
  readonly login: boolean;
  readonly inline: readonly string[];
  readonly attached: readonly string[];
  readonly groups: readonly string[];
}

/** A call of an IAM user, as CloudTrail keeps it. */
export interface UserCall {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** `DescribeInstances`. */
  readonly name: string;
  /** The program that called, in its own words. */
  readonly agent: string | undefined;
  /** The access key that signed it. */
  readonly keyId: string | undefined;
}

/** What IAM and STS say of access keys. Each asks; nothing is written. */
export interface AccountKeys {
  /** The account that a key belongs to, whatever its state. `sts:GetAccessKeyInfo`. */
  accountOf(id: string, signal: AbortSignal): Promise<Result<string>>;
  /** `ok(undefined)`: the account has no such key. `iam:GetAccessKeyLastUsed`. */
  lastUse(id: string, signal: AbortSignal): Promise<Result<KeyUse | undefined>>;
  /** Of a user, or of the caller. A user that is not there has none. `iam:ListAccessKeys`. */
  list(user: string | undefined, signal: AbortSignal): Promise<Result<readonly ListedKey[]>>;
  /** Names of all users. `iam:ListUsers`. */
  users(signal: AbortSignal): Promise<Result<readonly string[]>>;
  /** `ok(undefined)`: there is no such user. */
  leftovers(user: string, signal: AbortSignal): Promise<Result<UserLeftovers | undefined>>;
}

/** A condition key with the values that a run would bring. */
export interface ContextEntry {
  readonly key: string;
  readonly values: readonly string[];
  readonly type: 'string' | 'stringList' | 'boolean' | 'numeric' | 'date';
}

export interface SimulationQuestion {
  /** ARN of a role or user. */
  readonly principal: string;
  readonly actions: readonly string[];
  /** ARNs; empty: `*`. */
  readonly resources: readonly string[];
  readonly context: readonly ContextEntry[];
}

/** What IAM says of one action on one resource. */
export interface Simulated {
  readonly action: string;
  readonly resource: string;
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny';
  /** Condition keys that decide and that the question did not bring. */
  readonly missing: readonly string[];
  /** Undefined: there is no boundary. */
  readonly byBoundary: boolean | undefined;
  /** Of the action on all resources together; undefined: the account is in no organization, or AWS does not say. */
  readonly byOrganization: boolean | undefined;
}

/** When a role used an action (`undefined`: not in the tracking period, 400 days). */
export interface ActionUse {
  readonly action: string;
  /** ISO 8601. */
  readonly at: string | undefined;
  readonly region: string | undefined;
}

export interface ServiceUse {
  /** `s3`. */
  readonly service: string;
  /** ISO 8601. */
  readonly at: string | undefined;
  /** Undefined: AWS tells no actions of this service. */
  readonly actions: readonly ActionUse[] | undefined;
}

/** What IAM says of what a role may do and did. Each asks; nothing is written. */
export interface AccountUse {
  /**
   * `iam:SimulatePrincipalPolicy`: own policies and permissions boundary, and whether the organization's policies allow it.
   * https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
   */
  simulate(question: SimulationQuestion, signal: AbortSignal): Promise<Result<readonly Simulated[]>>;
  /**
   * `iam:GenerateServiceLastAccessedDetails`, by actions. Refused calls count too; what was done in the last four hours may be missing.
   * https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateServiceLastAccessedDetails.html
   */
  lastAccessed(arn: string, signal: AbortSignal): Promise<Result<readonly ServiceUse[]>>;
}
