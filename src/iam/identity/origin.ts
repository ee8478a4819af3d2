import type { Problem } from '../../core/problem';

/** Where credentials come from; how it is written down, not what it holds. */
export type Origin =
  | { readonly kind: 'environment'; readonly variable: 'AWS_ACCESS_KEY_ID' | 'AWS_ACCESS_KEY' }
  | { readonly kind: 'static'; readonly profile: string; readonly file: 'config' | 'credentials' }
  | { readonly kind: 'assume-role'; readonly profile: string; readonly roleArn: string; readonly source: Origin }
  /** Without a profile: by AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE. */
  | {
      readonly kind: 'web-identity';
      readonly profile: string | undefined;
      readonly roleArn: string;
      readonly tokenFile: string;
      readonly sessionName: string | undefined;
    }
  | {
      readonly kind: 'sso';
      readonly profile: string;
      readonly session: string | undefined;
      readonly startUrl: string;
      readonly region: string;
      readonly accountId: string;
      readonly roleName: string;
    }
  | { readonly kind: 'credential-process'; readonly profile: string }
  | { readonly kind: 'login'; readonly profile: string }
  /** The role of a container (AWS_CONTAINER_CREDENTIALS_*). */
  | { readonly kind: 'container' }
  /** The role of an EC2 instance; whether there is one is known only by asking for it. */
  | { readonly kind: 'instance' };

/** The profile whose settings count, and what names it. */
export interface ChosenProfile {
  readonly name: string;
  readonly by: 'option' | 'provider' | 'AWS_PROFILE' | 'AWS_DEFAULT_PROFILE' | 'default';
}

/** What one reader takes: an origin, or why it stops. */
export interface Identity {
  readonly profile: ChosenProfile;
  readonly origin: Origin | undefined;
  readonly problem: Problem | undefined;
  /** What was there too, in words, and comes later in the order. */
  readonly passedOver: readonly string[];
}

/** The same credentials? Of a role's session, and of a token file, the names decide; the settings of a request do not. */
export function sameOrigin(a: Origin | undefined, b: Origin | undefined): boolean {
  return a !== undefined && b !== undefined && JSON.stringify(a) === JSON.stringify(b);
}

/** An origin as a phrase: "the access key of profile "work" in the credentials file". Holds no secret. */
export function originText(origin: Origin): string {
  switch (origin.kind) {
    case 'environment':
      return `the access key of the environment (${origin.variable})`;
    case 'static':
      return `the access key of profile "${origin.profile}" in the ${origin.file} file`;
    case 'assume-role':
      return `the role ${origin.roleArn} of profile "${origin.profile}", assumed with ${originText(origin.source)}`;
    case 'web-identity':
      return origin.profile === undefined
        ? `the role of AWS_ROLE_ARN, with the token of AWS_WEB_IDENTITY_TOKEN_FILE`
        : `the role ${origin.roleArn} of profile "${origin.profile}", with the token of its web_identity_token_file`;
    case 'sso':
      return `the SSO sign-in of profile "${origin.profile}" (account ${origin.accountId}, role ${origin.roleName})`;
    case 'credential-process':
      return `the credential_process of profile "${origin.profile}"`;
    case 'login':
      return `the console sign-in of profile "${origin.profile}" (login_session)`;
    case 'container':
      return 'the role of this container';
    case 'instance':
      return 'the role of this machine, where it has one';
  }
}
