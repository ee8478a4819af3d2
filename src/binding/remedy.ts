import type { Location } from '../core/text';
import type { Phase } from './facts';

/**
 * What puts a check right: the smallest change that does. It names what is to become true and holds nothing of what was read, so that
 * the planner turns it into changes from a fresh reading and never works from stale facts. No remedy makes a role while a variable of
 * the workspace names one that exists.
 */
export type Remedy =
  /** Nothing is set up for this configuration: provider, roles and variables as they should be. */
  | { readonly kind: 'configure'; readonly tag: string | undefined }
  /** Write one environment variable of the workspace; what it replaces is shown. */
  | { readonly kind: 'set-variable'; readonly key: string; readonly value: string }
  /** Register the issuer in the account of the roles. */
  | { readonly kind: 'create-provider'; readonly tag: string | undefined; readonly audience: string }
  /** Add one audience to the OIDC provider, and keep the others. */
  | { readonly kind: 'add-audience'; readonly tag: string | undefined; readonly audience: string }
  /**
   * Change the trust policy of one role. `add`: let this workspace's runs in and keep everybody else who is trusted. `narrow`: replace
   * the patterns that let strangers in.
   */
  | {
      readonly kind: 'update-trust';
      readonly change: 'add' | 'narrow';
      readonly roleArn: string;
      /** The phases whose runs use the role. */
      readonly phases: readonly Phase[];
      readonly tag: string | undefined;
    }
  /** Write the permission policy that the code needs onto a role that we made. */
  | { readonly kind: 'update-permissions'; readonly roleArn: string; readonly tag: string | undefined }
  | { readonly kind: 'rewrite-variables'; readonly keys: readonly string[] }
  | { readonly kind: 'remove-variables'; readonly keys: readonly string[] }
  | { readonly kind: 'fix-code'; readonly codes: readonly string[] }
  /** Give every provider block its configuration. */
  | { readonly kind: 'map-providers' }
  | { readonly kind: 'open-file'; readonly location: Location }
  | { readonly kind: 'open-page'; readonly url: string }
  /** Nothing was wrong with what was read; too little was read. */
  | { readonly kind: 'sign-in'; readonly hostname: string | undefined }
  /** `accountId`: the account that the profile has to be for, where it is known. */
  | { readonly kind: 'choose-profile'; readonly accountId: string | undefined };

export type RemedyKind = Remedy['kind'];

/** Kinds that change AWS or HCP Terraform, and so go through plan, yes, journal and undo. */
export type ChangingRemedy = Extract<
  Remedy,
  {
    kind:
      | 'set-variable'
      | 'create-provider'
      | 'add-audience'
      | 'update-trust'
      | 'update-permissions'
      | 'rewrite-variables'
      | 'remove-variables';
  }
>;

const changing: ReadonlySet<string> = new Set<ChangingRemedy['kind']>([
  'set-variable',
  'create-provider',
  'add-audience',
  'update-trust',
  'update-permissions',
  'rewrite-variables',
  'remove-variables',
]);

export const isChanging = (remedy: Remedy | undefined): remedy is ChangingRemedy =>
  remedy !== undefined && changing.has(remedy.kind);
