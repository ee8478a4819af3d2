import { editDistance } from '../../core/editDistance';

/**
 * Names of the variables that switch dynamic credentials for AWS on and shape them
 * (https://developer.hashicorp.com/terraform/cloud-docs/dynamic-provider-credentials/aws-configuration).
 */
export type Backing = 'native' | 'vault' | 'hvs';

export interface KnownName {
  readonly backing: Backing;
  /** `AUTH`, `RUN_ROLE_ARN`, `WORKLOAD_IDENTITY_AUDIENCE` … without prefix and tag. */
  readonly part: string;
  /** `undefined`: the default configuration. */
  readonly tag: string | undefined;
  /** A TFC_DEFAULT_* variable: for all configurations that don't say their own. */
  readonly fallback: boolean;
}

const nativeParts = ['RUN_ROLE_ARN', 'PLAN_ROLE_ARN', 'APPLY_ROLE_ARN', 'WORKLOAD_IDENTITY_AUDIENCE'];
const vaultParts = [
  'AUTH_TYPE',
  'RUN_VAULT_ROLE',
  'PLAN_VAULT_ROLE',
  'APPLY_VAULT_ROLE',
  'RUN_ROLE_ARN',
  'PLAN_ROLE_ARN',
  'APPLY_ROLE_ARN',
  'MOUNT_PATH',
  'SLEEP_SECONDS',
  'VAULT_CONFIG',
];
const hvsParts = ['RUN_SECRET_RESOURCE', 'PLAN_SECRET_RESOURCE', 'APPLY_SECRET_RESOURCE', 'HCP_CONFIG'];

interface Family {
  readonly backing: Backing;
  readonly prefix: string;
  readonly switchName: string;
  readonly parts: readonly string[];
}

const families: readonly Family[] = [
  { backing: 'native', prefix: 'AWS_', switchName: 'PROVIDER_AUTH', parts: nativeParts },
  { backing: 'vault', prefix: 'VAULT_BACKED_AWS_', switchName: 'AUTH', parts: vaultParts },
  { backing: 'hvs', prefix: 'HVS_BACKED_AWS_', switchName: 'AUTH', parts: hvsParts },
];

/** What a key means, if it is exactly right. */
export function knownName(key: string): KnownName | undefined {
  for (const { backing, prefix, switchName, parts } of families) {
    const fallback = `TFC_DEFAULT_${prefix}`;
    if (key.startsWith(fallback)) {
      // The switch has no default form, and a default has no tag.
      const part = key.slice(fallback.length);
      return parts.includes(part) ? { backing, part, tag: undefined, fallback: true } : undefined;
    }
    const own = `TFC_${prefix}`;
    if (!key.startsWith(own)) continue;
    const rest = key.slice(own.length);
    // The longest first: AUTH_TYPE is not the switch with the tag TYPE.
    for (const name of [...parts, switchName].sort((a, b) => b.length - a.length)) {
      const tag = /^(?:_([A-Za-z0-9_]+))?$/.exec(rest.startsWith(name) ? rest.slice(name.length) : '!');
      if (tag !== null) {
        return { backing, part: name === switchName ? 'AUTH' : name, tag: tag[1], fallback: false };
      }
    }
  }
  return undefined;
}

/** The right names, without tags, that a misspelt one is compared with. */
const right: readonly string[] = families.flatMap(({ prefix, switchName, parts }) => [
  `TFC_${prefix}${switchName}`,
  ...parts.map(part => `TFC_${prefix}${part}`),
  ...parts.map(part => `TFC_DEFAULT_${prefix}${part}`),
]);

/** Names that people make up: the right words in another order, or some of them. The last group is the tag. */
const madeUp: readonly (readonly [RegExp, (match: readonly string[]) => string])[] = [
  [/^(?:(?:TFC?|TFE|HCP)_)AWS_AUTH()(_\w+)?$/, () => 'TFC_AWS_PROVIDER_AUTH'],
  [/^(?:(?:TFC?|TFE|HCP)_)?AWS_PROVIDER_AUTH()(_\w+)?$/, () => 'TFC_AWS_PROVIDER_AUTH'],
  [/^(?:(?:TFC?|TFE|HCP)_)?AWS_(RUN|PLAN|APPLY)_ROLE_ARN(_\w+)?$/, m => `TFC_AWS_${m[1] ?? ''}_ROLE_ARN`],
  [/^(?:TFC?|TFE|HCP)_(RUN|PLAN|APPLY)_ROLE_ARN(_\w+)?$/, m => `TFC_AWS_${m[1] ?? ''}_ROLE_ARN`],
  [/^(?:TFC?|TFE|HCP)_AWS_ROLE_ARN_(RUN|PLAN|APPLY)(_\w+)?$/, m => `TFC_AWS_${m[1] ?? ''}_ROLE_ARN`],
  [/^(?:TFC?|TFE|HCP)_AWS_(?:WORKLOAD_|IDENTITY_)?AUDIENCE()(_\w+)?$/, () => 'TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE'],
  [/^AWS_WORKLOAD_IDENTITY_AUDIENCE()(_\w+)?$/, () => 'TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE'],
  [/^TFC_(VAULT|HVS)_BACKED_AWS_PROVIDER_AUTH(_\w+)?$/, m => `TFC_${m[1] ?? ''}_BACKED_AWS_AUTH`],
];

/** What a key was probably meant to be; `undefined` when it is right or about something else. */
export function meantName(key: string): string | undefined {
  if (knownName(key) !== undefined) return undefined;
  const upper = key.trim().toUpperCase().replace(/[-. ]/g, '_');
  return repairedSpelling(key, upper) ?? madeUpName(key, upper) ?? nearestName(key, upper);
}

/** Same letters, but lower case, dashes or blanks (the tag keeps its case), a default that has none, or underscores at the end. */
function repairedSpelling(key: string, upper: string): string | undefined {
  if (key !== upper) {
    const repaired = repairedCase(key.trim().replace(/[-. ]/g, '_'));
    if (repaired !== undefined) return repaired;
  }
  const stray = /^TFC_DEFAULT_(AWS_|VAULT_BACKED_AWS_|HVS_BACKED_AWS_)(.+)$/.exec(upper);
  if (stray !== null) {
    const own = `TFC_${stray[1] ?? ''}${stray[2] ?? ''}`;
    if (knownName(own) !== undefined) return own;
  }
  const trailing = upper.replace(/(?<!_)_+$/, '');
  return trailing !== upper && knownName(trailing) !== undefined ? trailing : undefined;
}

function madeUpName(key: string, upper: string): string | undefined {
  for (const [pattern, name] of madeUp) {
    const match = pattern.exec(upper);
    // The tag keeps its case.
    if (match !== null) return name(match) + (match[2] === undefined ? '' : key.trim().slice(-match[2].length));
  }
  return undefined;
}

function nearestName(key: string, upper: string): string | undefined {
  const ours = /^TFC_(?:DEFAULT_)?(?:AWS|VAULT_BACKED_AWS|HVS_BACKED_AWS)_/.test(upper);
  const others = /^TFC_(?:DEFAULT_)?(?:GCP|AZURE|VAULT|HCP|KUBERNETES|HVS)_(?!BACKED_AWS)/.test(upper);
  if (others || !/AWS|ROLE_ARN/.test(upper) || !/^T?F?C?_?/.test(upper)) return undefined;
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const name of right) {
    for (const { head, tag } of splits(upper, name.length)) {
      const distance = distanceOf(head, name) + (tag === '' ? 0 : 0.5);
      if (best === undefined || distance < best.distance) {
        best = { name: name + (name.startsWith('TFC_DEFAULT_') ? '' : key.slice(key.length - tag.length)), distance };
      }
    }
  }
  // Names under our own prefixes do nothing unless they are right, so a larger distance is allowed there.
  return best !== undefined && best.distance <= (ours ? 6.5 : 2.5) ? best.name : undefined;
}

/** How far a key without its tag is from a right name; one that stops early or goes on is near. */
function distanceOf(head: string, name: string): number {
  const shortened = name.startsWith(`${head}_`) && head.length > name.length / 2;
  return shortened || head.startsWith(name) ? 2 : editDistance(head, name);
}

function repairedCase(key: string): string | undefined {
  const upper = key.toUpperCase();
  const known = knownName(upper);
  if (known === undefined) return undefined;
  return known.tag === undefined ? upper : upper.slice(0, -known.tag.length) + key.slice(-known.tag.length);
}

/** The whole key, and each way to cut a tag off, near the length that is looked for. */
function splits(key: string, length: number): readonly { readonly head: string; readonly tag: string }[] {
  const out = [{ head: key, tag: '' }];
  for (let i = key.indexOf('_'); i >= 0; i = key.indexOf('_', i + 1)) {
    if (Math.abs(i - length) <= 3) out.push({ head: key.slice(0, i), tag: key.slice(i) });
  }
  return out;
}
