import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The documentation's example access keys, one per account of a test (https://docs.aws.amazon.com/IAM/latest/UserGuide/security-creds.html). */
export const exampleKey = 'AKIAIOSFODNN7EXAMPLE';
export const exampleSecret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

/** Writes an AWS config and credentials file and gives the environment in which every AWS tool uses them, and nothing else. */
export function writeProfiles(folder: string, config: string, credentials: string): Record<string, string> {
  mkdirSync(path.join(folder, '.aws'), { recursive: true });
  const configFile = path.join(folder, '.aws', 'config');
  const credentialsFile = path.join(folder, '.aws', 'credentials');
  writeFileSync(configFile, config);
  writeFileSync(credentialsFile, credentials, { mode: 0o600 });
  return {
    HOME: folder,
    USERPROFILE: folder,
    AWS_CONFIG_FILE: configFile,
    AWS_SHARED_CREDENTIALS_FILE: credentialsFile,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** One static profile that reaches the test server. */
export function staticProfile(
  url: string,
  options: { name?: string; region?: string; accessKeyId?: string } = {},
): { config: string; credentials: string } {
  const { name = 'default', region = 'us-east-1', accessKeyId = exampleKey } = options;
  return {
    config: `[${name === 'default' ? 'default' : `profile ${name}`}]\nregion = ${region}\nendpoint_url = ${url}\n`,
    credentials: `[${name}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${exampleSecret}\n`,
  };
}
