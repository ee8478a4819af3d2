import type { Agent as HttpsAgent } from 'node:https';
import type { Problem, Result } from '../../core/problem';
import type { Range } from '../../core/text';
import type { AccountKeys, AccountUse, UserCall } from './askedTypes';

/** How a profile gets its credentials, as the AWS CLI would read it. */
export type ProfileKind =
  'static' | 'sso' | 'credential-process' | 'assume-role' | 'web-identity' | 'login' | 'environment' | 'incomplete';

export interface ProfileInfo {
  /** The profile's name; `undefined` for the credentials of the environment (`AWS_ACCESS_KEY_ID` …). */
  readonly name: string | undefined;
  readonly kind: ProfileKind;
  readonly region: string | undefined;
  /** The role that the profile assumes, or the SSO account and role: what a person recognises it by. */
  readonly detail: string | undefined;
  /** The MFA device that will be asked for. */
  readonly mfaSerial: string | undefined;
  /** Whether requests go elsewhere than AWS (`endpoint_url`, `services`). */
  readonly customEndpoint: boolean;
}

/** Who the credentials belong to, as STS says. */
export interface CallerIdentity {
  /** Twelve digits. */
  readonly accountId: string;
  readonly arn: string;
  readonly userId: string;
  /** Of the ARN: `aws`, `aws-us-gov`, `aws-cn`, `aws-eusc` … */
  readonly partition: string;
  /** The account's root user: works, but should not be used for this. */
  readonly root: boolean;
}

export interface ActualProvider {
  readonly arn: string;
  /** Without `https://`. */
  readonly url: string;
  readonly audiences: readonly string[];
  readonly thumbprints: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

/** A role as IAM holds it. Policy texts are decoded and otherwise untouched, byte for byte. */
export interface ActualRole {
  readonly name: string;
  readonly arn: string;
  readonly path: string;
  /** The unique id (`AROA…`): another one means that the role was deleted and made again. */
  readonly id: string;
  /** ISO 8601. */
  readonly createdAt: string | undefined;
  readonly description: string | undefined;
  /** Seconds. */
  readonly maxSessionDuration: number;
  readonly trustPolicy: string;
  readonly inlinePolicies: Readonly<Record<string, string>>;
  readonly attachedPolicyArns: readonly string[];
  readonly permissionsBoundaryArn: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** ISO 8601; `undefined` when it was not used in the tracking period (400 days). */
  readonly lastUsed: string | undefined;
}

/** What one request did, where it did not succeed. */
export interface SendFailure {
  readonly ok: false;
  readonly problem: Problem;
  /** `none`: the service refused it. `unknown`: it may have happened (a lost reply, an error 5xx). */
  readonly effect: 'none' | 'unknown';
  /** Worth another try with the same input. */
  readonly retry: boolean;
}

export type SendResult = { readonly ok: true; readonly value: Readonly<Record<string, unknown>> } | SendFailure;

/**
 * One AssumeRoleWithWebIdentity as CloudTrail kept it. Refused calls are kept too, with the subject that AWS received
 * (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html).
 */
export interface WebIdentityEvent {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly region: string;
  /** `requestParameters.roleArn`. */
  readonly roleArn: string | undefined;
  /** `userIdentity.userName`: the subject of the token. */
  readonly subject: string | undefined;
  /** ARN or host of the identity provider. */
  readonly provider: string | undefined;
  readonly audience: string | undefined;
  /** `AccessDenied`, `InvalidIdentityToken`…; `undefined`: the role was given. */
  readonly errorCode: string | undefined;
  readonly errorMessage: string | undefined;
}

/** https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ValidatePolicyFinding.html */
export interface ValidationFinding {
  readonly type: 'ERROR' | 'SECURITY_WARNING' | 'SUGGESTION' | 'WARNING';
  /** `INVALID_ACTION`, as AWS names it. */
  readonly code: string;
  readonly details: string;
  readonly link: string | undefined;
  /** 0-based lines and UTF-16 characters of the text that was sent; absent where AWS names no place. */
  readonly range: Range | undefined;
}

/** The IAM operations that this product sends. */
export type IamOperation =
  | 'GetOpenIDConnectProvider'
  | 'ListOpenIDConnectProviders'
  | 'CreateOpenIDConnectProvider'
  | 'AddClientIDToOpenIDConnectProvider'
  | 'RemoveClientIDFromOpenIDConnectProvider'
  | 'TagOpenIDConnectProvider'
  | 'UntagOpenIDConnectProvider'
  | 'DeleteOpenIDConnectProvider'
  | 'GetRole'
  | 'GetPolicy'
  | 'GetPolicyVersion'
  | 'ListRoles'
  | 'CreateRole'
  | 'UpdateAssumeRolePolicy'
  | 'UpdateRole'
  | 'DeleteRole'
  | 'TagRole'
  | 'UntagRole'
  | 'PutRolePolicy'
  | 'GetRolePolicy'
  | 'ListRolePolicies'
  | 'DeleteRolePolicy'
  | 'AttachRolePolicy'
  | 'DetachRolePolicy'
  | 'ListAttachedRolePolicies'
  | 'PutRolePermissionsBoundary'
  | 'DeleteRolePermissionsBoundary'
  | 'ListAccountAliases'
  | 'ListUsers'
  | 'GetUser'
  | 'ListAccessKeys'
  | 'GetAccessKeyLastUsed'
  | 'UpdateAccessKey'
  | 'DeleteAccessKey'
  | 'ListUserPolicies'
  | 'ListAttachedUserPolicies'
  | 'ListGroupsForUser'
  | 'GetLoginProfile'
  | 'GenerateServiceLastAccessedDetails'
  | 'GetServiceLastAccessedDetails'
  | 'SimulatePrincipalPolicy';

/** Where credentials come from, in words without a secret. */
export interface CredentialOrigin {
  readonly text: string;
  /** What was there too and comes later in the order. */
  readonly passedOver: readonly string[];
  /** A sentence for each thing in which `aws` and Terraform's AWS provider differ here. */
  readonly differences: readonly string[];
  /** Whether they take different credentials, or one of them none. */
  readonly differs: boolean;
}

/** One AWS account as the chosen profile sees it. Every method rejects only on cancellation and on bugs. */
export interface AwsAccount {
  readonly profile: string | undefined;
  readonly region: string;
  /** Where the credentials come from, and where `aws` and Terraform would take others. */
  readonly origin: CredentialOrigin;
  identity(signal: AbortSignal): Promise<Result<CallerIdentity>>;
  /** The account's alias; `undefined` when it has none or the caller may not see it. */
  alias(signal: AbortSignal): Promise<string | undefined>;
  /** `ok(undefined)`: there is none. */
  readProvider(arn: string, signal: AbortSignal): Promise<Result<ActualProvider | undefined>>;
  /** By name or by ARN. `ok(undefined)`: there is none. */
  readRole(nameOrArn: string, signal: AbortSignal): Promise<Result<ActualRole | undefined>>;
  /** An inline policy of a role, decoded. `ok(undefined)`: there is no such policy, or no such role. */
  readRolePolicy(roleName: string, policyName: string, signal: AbortSignal): Promise<Result<string | undefined>>;
  /** The default version of a managed policy, decoded. `ok(undefined)`: there is none. */
  readPolicy(arn: string, signal: AbortSignal): Promise<Result<string | undefined>>;
  /** What an encoded authorization message holds, as JSON. Needs `sts:DecodeAuthorizationMessage`. */
  decodeMessage(encoded: string, signal: AbortSignal): Promise<Result<string>>;
  /** When the credentials end, in milliseconds since the epoch; `undefined`: they do not, or that is not known before they are asked for. */
  expiry(signal: AbortSignal): Promise<number | undefined>;
  /** What AWS's own linter says of a permission policy. Needs `access-analyzer:ValidatePolicy`; nothing is kept by AWS. */
  validatePolicy(document: string, signal: AbortSignal): Promise<Result<readonly ValidationFinding[]>>;
  /** Names of the account's roles whose trust policy names `providerArn`. */
  rolesTrusting(providerArn: string, signal: AbortSignal): Promise<Result<readonly string[]>>;
  /** How many roles there are. */
  countRoles(signal: AbortSignal): Promise<Result<number>>;
  /** ARNs of all OIDC providers. */
  listProviders(signal: AbortSignal): Promise<Result<readonly string[]>>;
  /** Actions of `actions` (`iam:CreateRole`) that the caller's own policies don't allow. Fails where that can't be known. */
  deniedActions(
    caller: CallerIdentity,
    actions: readonly string[],
    signal: AbortSignal,
  ): Promise<Result<readonly string[]>>;
  /**
   * AssumeRoleWithWebIdentity events of one region since a time (milliseconds since the epoch), newest first, at most a few hundred.
   * Needs `cloudtrail:LookupEvents`. An event shows up some minutes after the call (AWS: typically within 5, up to 15).
   */
  webIdentityEvents(region: string, since: number, signal: AbortSignal): Promise<Result<readonly WebIdentityEvent[]>>;
  /** What a user called in a region between two times (milliseconds since the epoch), at most 50. Needs `cloudtrail:LookupEvents`. */
  callsOfUser(
    region: string,
    user: string,
    span: { readonly from: number; readonly to: number },
    signal: AbortSignal,
  ): Promise<Result<readonly UserCall[]>>;
  /** Access keys of the account and their users. */
  readonly keys: AccountKeys;
  /** What its roles may do, and what they did. */
  readonly use: AccountUse;
  /** One request, one attempt. */
  send(operation: IamOperation, input: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<SendResult>;
}

export interface AccountOptions {
  /** A role that is assumed with the credentials of the profile, in whatever account it is. */
  readonly assume?: string;
  readonly profile?: string;
  readonly region?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Asked for the code of an MFA device; rejects with an AbortError when the user gives up. */
  readonly mfaCode?: (serial: string) => Promise<string>;
  /** Told of each request that is sent, by its permission: `iam:GetRole`. */
  readonly onCall?: (action: string) => void;
  /** Waits between attempts; injected so that tests don't. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** The agent for all requests over TLS, which trusts the CA bundle of the settings too. */
  readonly agentFor?: (caBundle: { readonly setting: string; readonly file: string } | undefined) => HttpsAgent;
}
