import { fail, isAbort, ok, type Result } from '../../core/problem';
import { openSender } from './client';
import {
  countRoles,
  deniedActions,
  identityOf,
  listProviders,
  readProvider,
  readRole,
  readRolePolicy,
  rolesTrusting,
} from './read';
import { accountKeys } from './keys';
import { readManagedPolicy, validatePolicy } from './policies';
import { retried, wait } from './retry';
import { callsOfUser, type TrailReader, webIdentityEvents } from './trail';
import type { AccountOptions, AwsAccount } from './types';
import { accountUse } from './use';

// The product pins its SDK, so the SDK's advice about future versions is no user's business.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

export { listProfiles } from './profiles';

/** Opens the account of a profile. Nothing is sent and no credentials are resolved before the first method is called. */
export async function openAccount(options: AccountOptions): Promise<Result<AwsAccount>> {
  const sender = await openSender(options);
  if ('ok' in sender) return fail(sender.problem);
  const pause = options.wait ?? wait;
  const read: typeof sender.send = (operation, input, signal) =>
    retried(() => sender.send(operation, input, signal), signal, pause, sender.maxAttempts);
  const trail = (region: string): TrailReader => ({
    region,
    lookUp: (input, signal) =>
      retried(() => sender.lookupEvents(region, input, signal), signal, pause, sender.maxAttempts),
    pause,
  });
  return ok({
    profile: sender.profile,
    region: sender.region,
    origin: sender.origin,
    expiry: signal =>
      sender.expiry(signal).catch((error: unknown) => {
        if (isAbort(error)) throw error;
        return undefined;
      }),
    keys: accountKeys(read, (id, signal) =>
      retried(() => sender.keyInfo(id, signal), signal, pause, sender.maxAttempts),
    ),
    use: accountUse(read, pause),
    send: (operation, input, signal) => sender.send(operation, input, signal),
    async identity(signal) {
      const reply = await retried(() => sender.callerIdentity(signal), signal, pause, sender.maxAttempts);
      return reply.ok ? ok(identityOf(reply.value)) : fail(reply.problem);
    },
    async alias(signal) {
      const reply = await read('ListAccountAliases', {}, signal);
      const aliases: unknown = reply.ok ? reply.value['AccountAliases'] : undefined;
      return Array.isArray(aliases) && typeof aliases[0] === 'string' ? aliases[0] : undefined;
    },
    readProvider: (arn, signal) => readProvider(read, arn, signal),
    readRole: (nameOrArn, signal) => readRole(read, nameOrArn, signal),
    readRolePolicy: (role, policy, signal) => readRolePolicy(read, role, policy, signal),
    readPolicy: (arn, signal) => readManagedPolicy(read, arn, signal),
    async decodeMessage(encoded, signal) {
      const reply = await retried(() => sender.decodeMessage(encoded, signal), signal, pause, sender.maxAttempts);
      if (!reply.ok) return fail(reply.problem);
      const decoded: unknown = reply.value['DecodedMessage'];
      return ok(typeof decoded === 'string' ? decoded : '{}');
    },
    validatePolicy: (document, signal) =>
      validatePolicy(
        (input, s) => retried(() => sender.validatePolicy(input, s), s, pause, sender.maxAttempts),
        document,
        signal,
      ),
    rolesTrusting: (arn, signal) => rolesTrusting(read, arn, signal),
    countRoles: signal => countRoles(read, signal),
    listProviders: signal => listProviders(read, signal),
    deniedActions: (caller, actions, signal) => deniedActions(read, caller, actions, signal),
    webIdentityEvents: (region, since, signal) => webIdentityEvents(trail(region), since, signal),
    callsOfUser: (region, user, span, signal) => callsOfUser(trail(region), user, span, signal),
  });
}
