import {
  AddClientIDToOpenIDConnectProviderCommand,
  AttachRolePolicyCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  DeleteAccessKeyCommand,
  DeleteOpenIDConnectProviderCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GenerateServiceLastAccessedDetailsCommand,
  GetAccessKeyLastUsedCommand,
  GetLoginProfileCommand,
  GetOpenIDConnectProviderCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetServiceLastAccessedDetailsCommand,
  GetUserCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListAccountAliasesCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  ListGroupsForUserCommand,
  ListOpenIDConnectProvidersCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListUserPoliciesCommand,
  ListUsersCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  SimulatePrincipalPolicyCommand,
  TagOpenIDConnectProviderCommand,
  TagRoleCommand,
  UntagOpenIDConnectProviderCommand,
  UntagRoleCommand,
  UpdateAccessKeyCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import {
  DecodeAuthorizationMessageCommand,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { isAbort, type Problem } from '../../core/problem';
import {
  compareIdentities,
  type Identity,
  type Origin,
  originText,
  regionProblem,
  type RequestSettings,
  requestSettings,
} from '../identity';
import { credentialsOf } from './credentials';
import { type Asked, toFailure } from './errors';
import { kindOf, sharedFilesOf } from './profiles';
import { guardReplies, lackOf, NotAReplyError, type Operation } from './reply';
import type * as Analyzer from './accessAnalyzer';
import type * as CloudTrail from './cloudTrail';
import type { AccountOptions, CredentialOrigin, IamOperation, SendFailure, SendResult } from './types';

type Input = Readonly<Record<string, unknown>>;
type Command = Parameters<IAMClient['send']>[0];

/** The SDK's types of one input each can't be had for a table; IAM itself is the judge of what is sent. */
const command =
  (make: new (input: never) => unknown) =>
  (input: Input): Command =>
    new make(input as never) as Command;

const commands: Readonly<Record<IamOperation, (input: Input) => Command>> = {
  AddClientIDToOpenIDConnectProvider: command(AddClientIDToOpenIDConnectProviderCommand),
  AttachRolePolicy: command(AttachRolePolicyCommand),
  CreateOpenIDConnectProvider: command(CreateOpenIDConnectProviderCommand),
  CreateRole: command(CreateRoleCommand),
  DeleteAccessKey: command(DeleteAccessKeyCommand),
  DeleteOpenIDConnectProvider: command(DeleteOpenIDConnectProviderCommand),
  DeleteRole: command(DeleteRoleCommand),
  DeleteRolePermissionsBoundary: command(DeleteRolePermissionsBoundaryCommand),
  DeleteRolePolicy: command(DeleteRolePolicyCommand),
  DetachRolePolicy: command(DetachRolePolicyCommand),
  GenerateServiceLastAccessedDetails: command(GenerateServiceLastAccessedDetailsCommand),
  GetAccessKeyLastUsed: command(GetAccessKeyLastUsedCommand),
  GetLoginProfile: command(GetLoginProfileCommand),
  GetOpenIDConnectProvider: command(GetOpenIDConnectProviderCommand),
  GetPolicy: command(GetPolicyCommand),
  GetPolicyVersion: command(GetPolicyVersionCommand),
  GetRole: command(GetRoleCommand),
  GetRolePolicy: command(GetRolePolicyCommand),
  GetServiceLastAccessedDetails: command(GetServiceLastAccessedDetailsCommand),
  GetUser: command(GetUserCommand),
  ListAccessKeys: command(ListAccessKeysCommand),
  ListAccountAliases: command(ListAccountAliasesCommand),
  ListAttachedRolePolicies: command(ListAttachedRolePoliciesCommand),
  ListAttachedUserPolicies: command(ListAttachedUserPoliciesCommand),
  ListGroupsForUser: command(ListGroupsForUserCommand),
  ListOpenIDConnectProviders: command(ListOpenIDConnectProvidersCommand),
  ListRolePolicies: command(ListRolePoliciesCommand),
  ListRoles: command(ListRolesCommand),
  ListUserPolicies: command(ListUserPoliciesCommand),
  ListUsers: command(ListUsersCommand),
  PutRolePermissionsBoundary: command(PutRolePermissionsBoundaryCommand),
  PutRolePolicy: command(PutRolePolicyCommand),
  RemoveClientIDFromOpenIDConnectProvider: command(RemoveClientIDFromOpenIDConnectProviderCommand),
  SimulatePrincipalPolicy: command(SimulatePrincipalPolicyCommand),
  TagOpenIDConnectProvider: command(TagOpenIDConnectProviderCommand),
  TagRole: command(TagRoleCommand),
  UntagOpenIDConnectProvider: command(UntagOpenIDConnectProviderCommand),
  UntagRole: command(UntagRoleCommand),
  UpdateAccessKey: command(UpdateAccessKeyCommand),
  UpdateAssumeRolePolicy: command(UpdateAssumeRolePolicyCommand),
  UpdateRole: command(UpdateRoleCommand),
};

/** Sends single requests with the credentials, region and endpoints of one profile. */
export interface Sender {
  readonly profile: string | undefined;
  readonly region: string;
  /** Of a request that only reads, as the profile or the environment has it. */
  readonly maxAttempts: number | undefined;
  readonly origin: CredentialOrigin;
  /** Of the credentials, in milliseconds since the epoch. Resolves them; rejects where that fails. */
  expiry(signal: AbortSignal): Promise<number | undefined>;
  send(operation: IamOperation, input: Input, signal: AbortSignal): Promise<SendResult>;
  callerIdentity(signal: AbortSignal): Promise<SendResult>;
  keyInfo(accessKeyId: string, signal: AbortSignal): Promise<SendResult>;
  decodeMessage(encoded: string, signal: AbortSignal): Promise<SendResult>;
  /** Access Analyzer's ValidatePolicy; loads its client at the first call. */
  validatePolicy(input: Input, signal: AbortSignal): Promise<SendResult>;
  /** CloudTrail's LookupEvents in a region of its own choice; loads CloudTrail's client at the first call. */
  lookupEvents(region: string, input: Input, signal: AbortSignal): Promise<SendResult>;
}

const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/**
 * Reads the profile's settings and makes the clients. The SDK's own retries are off (one attempt a send): the
 * caller must know whether a write that got no answer may have happened before it is sent again.
 */
export async function openSender(options: AccountOptions): Promise<Sender | SendFailure> {
  const { env } = options;
  const files = await sharedFilesOf(env);
  const report = compareIdentities(env, files, options.profile);
  const identity = report.aws;
  const profile = files.cli.profiles.get(identity.profile.name)?.settings ?? {};
  const settings = requestSettings(env, files, profile, options.region);
  const region = settings.region ?? 'us-east-1';
  if (identity.origin === undefined) return unsent(identity.problem ?? nothingFound(identity));
  const origin = assuming(options.assume, identity.profile.name, identity.origin);
  const name = nameOf(identity);
  const wrong = regionProblem(region, name);
  if (wrong !== undefined) return unsent(wrong);
  const asked: Omit<Asked, 'action'> = { profile: name, kind: kindOf(origin), region };
  const httpsAgent = options.agentFor?.(settings.caBundle);
  const requestHandler = new NodeHttpHandler({
    connectionTimeout: 10_000,
    requestTimeout: 30_000,
    throwOnRequestTimeout: true,
    ...(httpsAgent && { httpsAgent }),
  });
  const common = (service: string) => ({
    region,
    requestHandler,
    maxAttempts: 1,
    retryMode: 'standard',
    logger: silent,
    ignoreConfiguredEndpointUrls: true,
    ...placeOf(settings, service),
  });
  const credentials = credentialsOf(origin, {
    options,
    files,
    sts: common('sts'),
    sso: { requestHandler, ...placeOf(settings, 'sso') },
  });
  const iam = new IAMClient({ ...common('iam'), credentials });
  const sts = new STSClient({ ...common('sts'), credentials });
  for (const client of [iam, sts]) guardReplies(client, 'query');

  const attempt = async (
    service: string,
    operation: Operation,
    input: Input,
    signal: AbortSignal,
    send: () => Promise<unknown>,
    where = region,
  ): Promise<SendResult> => {
    const action = `${service}:${operation}`;
    try {
      signal.throwIfAborted();
      // Resolved here first: a credential process or an MFA prompt doesn't listen to the request's abort signal.
      await untilAborted(credentials(), signal);
    } catch (error) {
      if (isAbort(error) || signal.aborted) throw signal.aborted ? abortError(signal) : error;
      // The role of the profile was refused, not the request itself, which was never sent.
      const behind = exchange[origin.kind] ?? action;
      return { ...toFailure(error, { ...asked, action: behind }), effect: 'none' };
    }
    options.onCall?.(action);
    try {
      const { $metadata: _, ...value } = (await send()) as Record<string, unknown>;
      const lack = lackOf(operation, input, value);
      if (lack !== undefined) throw new NotAReplyError(200, `lacks ${lack}`);
      return { ok: true, value };
    } catch (error) {
      if (isAbort(error) || signal.aborted) throw signal.aborted ? abortError(signal) : error;
      return toFailure(error, { ...asked, action, region: where });
    }
  };
  let analyzer: ReturnType<typeof Analyzer.openAnalyzer> | undefined;
  const trails = new Map<string, ReturnType<typeof CloudTrail.openTrail>>();
  return {
    profile: asked.profile,
    region,
    maxAttempts: settings.maxAttempts,
    origin: {
      text: originText(origin),
      passedOver: identity.passedOver,
      differences: report.differences,
      // A role that was named is in the account that is meant, whatever Terraform would take here.
      differs: report.differs && options.assume === undefined,
    },
    expiry: async signal => (await untilAborted(credentials(), signal)).expiration?.getTime(),
    send: (operation, input, signal) =>
      attempt('iam', operation, input, signal, () => iam.send(commands[operation](input), { abortSignal: signal })),
    callerIdentity: signal =>
      attempt('sts', 'GetCallerIdentity', {}, signal, () =>
        sts.send(new GetCallerIdentityCommand({}), { abortSignal: signal }),
      ),
    keyInfo: (id, signal) =>
      attempt('sts', 'GetAccessKeyInfo', { AccessKeyId: id }, signal, () =>
        sts.send(new GetAccessKeyInfoCommand({ AccessKeyId: id }), { abortSignal: signal }),
      ),
    decodeMessage: (encoded, signal) =>
      attempt('sts', 'DecodeAuthorizationMessage', {}, signal, () =>
        sts.send(new DecodeAuthorizationMessageCommand({ EncodedMessage: encoded }), { abortSignal: signal }),
      ),
    validatePolicy: (input, signal) =>
      attempt('access-analyzer', 'ValidatePolicy', input, signal, () => {
        // A plain require, for the same reason as below.
        // eslint-disable-next-line @typescript-eslint/no-require-imports
        const { openAnalyzer } = require('./accessAnalyzer') as typeof Analyzer;
        analyzer ??= openAnalyzer({ ...common('accessanalyzer'), credentials });
        return analyzer(input, signal);
      }),
    lookupEvents: (where, input, signal) =>
      attempt(
        'cloudtrail',
        'LookupEvents',
        input,
        signal,
        () => {
          let trail = trails.get(where);
          if (trail === undefined) {
            // A plain require: the bundle then runs CloudTrail's modules at the first call and not when it is loaded.
            // eslint-disable-next-line @typescript-eslint/no-require-imports
            const { openTrail } = require('./cloudTrail') as typeof CloudTrail;
            trail = openTrail({ ...common('cloudtrail'), region: where, credentials });
            trails.set(where, trail);
          }
          return trail(input, signal);
        },
        where,
      ),
  };
}

/** What gets the credentials of an origin, where that is a request of STS. */
const exchange: Readonly<Partial<Record<Origin['kind'], string>>> = {
  'assume-role': 'sts:AssumeRole',
  'web-identity': 'sts:AssumeRoleWithWebIdentity',
};

const assuming = (roleArn: string | undefined, profile: string, source: Origin): Origin =>
  roleArn === undefined ? source : { kind: 'assume-role', profile, roleArn, source };

const unsent = (problem: Problem): SendFailure => ({ ok: false, problem, effect: 'none', retry: false });

/** The profile that messages name: not that of other settings where the environment has the keys, and no default that nobody named. */
function nameOf({ profile, origin }: Identity): string | undefined {
  return profile.by === 'default' || origin?.kind === 'environment' ? undefined : profile.name;
}

const nothingFound = (identity: Identity): Problem => ({
  code: 'no-credentials',
  message:
    nameOf(identity) === undefined
      ? 'No AWS credentials were found in the environment or in the default profile.'
      : `Profile "${identity.profile.name}" has no credentials, and the environment and this machine have none either.`,
  nextStep:
    'Choose a profile (--profile; tfc-oidc whoami tells what was looked at), or set one up with "aws configure".',
});

/** Where the requests of a service go. FIPS and dual stack name endpoints of AWS; an endpoint of one's own stands for itself. */
function placeOf(settings: RequestSettings, service: string) {
  const endpoint = settings.endpoint(service);
  const { useFips, useDualstack, globalSts } = settings;
  return endpoint === undefined
    ? {
        useFipsEndpoint: useFips,
        useDualstackEndpoint: useDualstack,
        ...(service === 'sts' && { useGlobalEndpoint: globalSts }),
      }
    : { endpoint, useFipsEndpoint: false, useDualstackEndpoint: false };
}

function abortError(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  if (reason instanceof Error && isAbort(reason)) return reason;
  const error = new Error('Cancelled.');
  error.name = 'AbortError';
  return error;
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(abortError(signal));
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
