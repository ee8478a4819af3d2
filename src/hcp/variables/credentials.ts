import { looksSecret } from '../../core/redact';
import { type BackingFacts, backingFacts } from './backing';
import { type Backing, knownName, meantName } from './names';
import { type EffectiveVariable, longOriginText, originText } from './precedence';
import type { UnsureVariables } from './read';

/** A role as the effective variables name it for one phase of one configuration. */
export type RoleReference =
  | { readonly state: 'set'; readonly arn: string; readonly variable: string; readonly origin: string }
  /** The variable is sensitive: HCP Terraform never gives its value back. */
  | { readonly state: 'hidden'; readonly variable: string; readonly origin: string }
  | { readonly state: 'missing' };

/** One dynamic-credentials configuration: the default one, or one for each tag. */
export interface ConfigurationFacts {
  readonly tag: string | undefined;
  readonly backing: Backing;
  readonly enabled: 'yes' | 'no' | 'hidden';
  /** The value of TFC_AWS_PROVIDER_AUTH as it is, when it is not `true`; `undefined` when it is not set. */
  readonly enabledValue: string | undefined;
  readonly roles: { readonly plan: RoleReference; readonly apply: RoleReference };
  readonly audience: string;
  /** Of a configuration that is not native: what stands behind it. */
  readonly behind?: BackingFacts;
}

export interface StaticVariable {
  readonly key: string;
  readonly category: 'env' | 'terraform';
  /** "workspace" or "variable set NAME". */
  readonly origin: string;
}

export interface SuspiciousVariable {
  readonly key: string;
  readonly origin: string;
  readonly problem: 'misspelt' | 'category' | 'quoted' | 'padded' | 'value';
  /** What it should be: a name for `misspelt`, a category, or a value without quotes. Never a sensitive value. */
  readonly suggestion: string;
}

export interface ShadowedVariable {
  readonly key: string;
  /** "priority global variable set NAME". */
  readonly by: string;
}

/** What effective variables mean for AWS credentials. */
export interface VariableFacts {
  readonly configurations: readonly ConfigurationFacts[];
  readonly staticCredentials: readonly StaticVariable[];
  readonly suspicious: readonly SuspiciousVariable[];
  /** Values of the workspace that have no effect, since a priority variable set has another. Left out: not looked at. */
  readonly shadowed?: readonly ShadowedVariable[];
  /** AWS_REGION, else AWS_DEFAULT_REGION; "(sensitive)" where it can't be read. */
  readonly region: string | undefined;
  /** Sets that could not be read may say otherwise. */
  readonly unsure?: UnsureVariables;
}

/** Environment variables that the AWS provider takes before the shared config file that HCP Terraform injects. */
const staticKeys: ReadonlySet<string> = new Set([
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
  'AWS_ACCESS_KEY',
  'AWS_SECRET_KEY',
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_CONFIG_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_ROLE_ARN',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
]);

const credentialName = /^(?:aws_?)?(?:access_?key(?:_?id)?|secret_?(?:access_?)?key|session_?token)$/i;

const arnPattern = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;

/**
 * `feeding`: names of Terraform variables that provider blocks use as keys, where the code is known; else they are told by
 * their usual names.
 */
export function credentialFacts(effective: readonly EffectiveVariable[], feeding?: ReadonlySet<string>): VariableFacts {
  const environment = new Map(effective.filter(v => v.category === 'env').map(v => [v.key, v]));
  const feeds = (name: string): boolean => (feeding === undefined ? credentialName.test(name) : feeding.has(name));
  const region = environment.get('AWS_REGION') ?? environment.get('AWS_DEFAULT_REGION');
  return {
    configurations: configurations(environment),
    staticCredentials: effective
      .filter(v =>
        v.category === 'env'
          ? staticKeys.has(v.key) || (v.key.startsWith('TF_VAR_') && feeds(v.key.slice('TF_VAR_'.length)))
          : feeds(v.key),
      )
      // An empty value is as good as none: SDKs skip it.
      .filter(v => v.sensitive || v.value !== '')
      .map(v => ({ key: v.key, category: v.category, origin: originText(v.origin) })),
    suspicious: effective.flatMap(suspicion),
    shadowed: effective.flatMap(shadowed),
    region:
      region === undefined
        ? undefined
        : region.sensitive || looksSecret(region.value ?? '')
          ? '(sensitive)'
          : region.value,
  };
}

/** A variable of dynamic credentials that somebody set in the workspace, and a priority set hides. */
function shadowed(v: EffectiveVariable): readonly ShadowedVariable[] {
  if (v.category !== 'env' || knownName(v.key) === undefined || v.origin.from !== 'varset' || !v.origin.priority)
    return [];
  const own = v.shadows.find(s => s.origin.from === 'workspace');
  const isSame = own?.value !== undefined && own.value === v.value;
  return own === undefined || isSame ? [] : [{ key: v.key, by: longOriginText(v.origin) }];
}

function configurations(environment: ReadonlyMap<string, EffectiveVariable>): readonly ConfigurationFacts[] {
  const found = new Map<string, { readonly backing: Backing; readonly tag: string | undefined }>();
  let hasDefaults = false;
  for (const key of environment.keys()) {
    const name = knownName(key);
    if (name === undefined) continue;
    const { backing, tag } = name;
    if (name.fallback) hasDefaults ||= backing === 'native';
    // Vault and HVS have settings that stay behind when the switch is gone: only the switch makes a configuration.
    else if (backing === 'native' || name.part === 'AUTH') found.set(`${backing}/${tag ?? ''}`, { backing, tag });
  }
  if (found.size === 0 && hasDefaults) found.set('native/', { backing: 'native', tag: undefined });
  const rank = { native: 0, vault: 1, hvs: 2 } as const;
  return [...found.values()]
    .sort(
      (a, b) =>
        Number(a.tag !== undefined) - Number(b.tag !== undefined) ||
        ((a.tag ?? '') < (b.tag ?? '') ? -1 : (a.tag ?? '') > (b.tag ?? '') ? 1 : rank[a.backing] - rank[b.backing]),
    )
    .map(({ backing, tag }) => configuration(environment, backing, tag));
}

const prefixes = { native: 'AWS_', vault: 'VAULT_BACKED_AWS_', hvs: 'HVS_BACKED_AWS_' } as const;

function configuration(
  environment: ReadonlyMap<string, EffectiveVariable>,
  backing: Backing,
  tag: string | undefined,
): ConfigurationFacts {
  const suffix = tag === undefined ? '' : `_${tag}`;
  const prefix = prefixes[backing];
  const enabling = environment.get(`TFC_${prefix}${backing === 'native' ? 'PROVIDER_AUTH' : 'AUTH'}${suffix}`);
  const first = (keys: readonly string[]): EffectiveVariable | undefined =>
    keys.map(key => environment.get(key)).find(v => v !== undefined && (v.sensitive || (v.value ?? '') !== ''));
  const role = (phase: 'PLAN' | 'APPLY'): RoleReference => {
    const variable = first([
      `TFC_${prefix}${phase}_ROLE_ARN${suffix}`,
      `TFC_${prefix}RUN_ROLE_ARN${suffix}`,
      `TFC_DEFAULT_${prefix}${phase}_ROLE_ARN`,
      `TFC_DEFAULT_${prefix}RUN_ROLE_ARN`,
    ]);
    if (variable === undefined) return { state: 'missing' };
    const place = { variable: variable.key, origin: originText(variable.origin) };
    if (variable.value === undefined || looksSecret(variable.value)) return { state: 'hidden', ...place };
    return { state: 'set', arn: variable.value, ...place };
  };
  const audience = first(
    backing === 'native'
      ? [`TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE${suffix}`, 'TFC_DEFAULT_AWS_WORKLOAD_IDENTITY_AUDIENCE']
      : backing === 'vault'
        ? [`TFC_VAULT_WORKLOAD_IDENTITY_AUDIENCE${suffix}`, 'TFC_VAULT_WORKLOAD_IDENTITY_AUDIENCE']
        : [`TFC_HCP_WORKLOAD_IDENTITY_AUDIENCE${suffix}`, 'TFC_HCP_WORKLOAD_IDENTITY_AUDIENCE'],
  );
  const usual = { native: 'aws.workload.identity', vault: 'vault.workload.identity', hvs: 'hcp.workload.identity' }[
    backing
  ];
  const value = enabling?.value;
  const hidden = enabling !== undefined && (value === undefined || looksSecret(value));
  return {
    tag,
    backing,
    enabled: hidden ? 'hidden' : value === 'true' ? 'yes' : 'no',
    enabledValue: hidden || value === 'true' ? undefined : value,
    roles: { plan: role('PLAN'), apply: role('APPLY') },
    audience:
      audience === undefined
        ? usual
        : audience.value === undefined || looksSecret(audience.value)
          ? '(sensitive)'
          : audience.value,
    ...(backing !== 'native' && { behind: backingFacts(environment, backing, tag) }),
  };
}

function suspicion(variable: EffectiveVariable): readonly SuspiciousVariable[] {
  const { key, category, value, sensitive } = variable;
  const name = knownName(key);
  let found: Suspicion | undefined;
  if (name === undefined) {
    // Input variables of a configuration may be called tfc_aws_audience or aws_role_arn with good reason.
    const meant = category === 'env' || key.startsWith('TFC_') ? meantName(key) : undefined;
    if (meant !== undefined) found = { problem: 'misspelt', suggestion: meant };
  } else if (category === 'terraform') found = { problem: 'category', suggestion: 'env' };
  else if (!sensitive && value !== undefined) found = suspiciousValue(name.part, value);
  return found === undefined ? [] : [{ key, origin: originText(variable.origin), ...found }];
}

type Suspicion = Pick<SuspiciousVariable, 'problem' | 'suggestion'>;

function suspiciousValue(part: string, value: string): Suspicion | undefined {
  const wanted = part === 'AUTH' ? 'true' : part.endsWith('_ROLE_ARN') ? 'the ARN of a role' : undefined;
  const wrong: Suspicion | undefined = wanted === undefined ? undefined : { problem: 'value', suggestion: wanted };
  // A key that was put into the wrong variable is not repeated in a suggestion.
  if (looksSecret(value)) return wrong;
  const quoted = /^\s*(["'])(.*)\1\s*$/s.exec(value);
  if (quoted !== null) return { problem: 'quoted', suggestion: (quoted[2] ?? '').trim() };
  if (value !== value.trim()) return { problem: 'padded', suggestion: value.trim() };
  const right = part === 'AUTH' ? value === 'true' || value === 'false' : value === '' || arnPattern.test(value);
  return right ? undefined : wrong;
}
