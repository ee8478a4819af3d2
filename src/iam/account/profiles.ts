import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import type { Environment } from '../../core/host';
import {
  identityOfAwsCli,
  type Origin,
  readSharedFiles,
  requestSettings,
  type Settings,
  type SharedFiles,
} from '../identity';
import type { ProfileInfo, ProfileKind } from './types';

/** The two files of this machine, read anew each time. */
export function sharedFilesOf(env: Environment): Promise<SharedFiles> {
  return readSharedFiles(env, {
    home: homedir(),
    // Both the AWS CLI and aws-sdk-go-v2 take a file that they may not read for an empty one.
    read: file => readFile(file, 'utf8').catch(() => undefined),
  });
}

/** How an origin is called in a list of profiles. */
export function kindOf(origin: Origin | undefined): ProfileKind {
  const kind = origin?.kind ?? 'incomplete';
  return kind === 'container' || kind === 'instance' ? 'incomplete' : kind;
}

function detailOf(profile: Settings): string | undefined {
  if (profile['role_arn']) return profile['role_arn'];
  const { sso_account_id: account, sso_role_name: role } = profile;
  return account ? `${account}${role ? ` ${role}` : ''}` : undefined;
}

/** The user's profiles by name, and the environment's credentials first where it has some. Reads files, resolves nothing. */
export async function listProfiles(env: Environment): Promise<readonly ProfileInfo[]> {
  const files = await sharedFilesOf(env);
  const info = (name: string | undefined, origin: Origin | undefined, settings: Settings): ProfileInfo => {
    const requests = requestSettings(env, files, settings, undefined);
    return {
      name,
      kind: kindOf(origin),
      region: requests.region,
      detail: detailOf(settings),
      mfaSerial: settings['mfa_serial'],
      customEndpoint: requests.endpoint('iam') !== undefined,
    };
  };
  const found = [...files.cli.profiles.values()].map(({ name, settings }) =>
    info(name, identityOfAwsCli(env, files, name).origin, settings),
  );
  found.sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1));
  const { origin, profile } = identityOfAwsCli(env, files, undefined);
  if (origin?.kind !== 'environment') return found;
  return [info(undefined, origin, files.cli.profiles.get(profile.name)?.settings ?? {}), ...found];
}
