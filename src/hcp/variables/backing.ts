import type { Backing } from './names';
import type { EffectiveVariable } from './precedence';

/** What stands behind a configuration that takes its AWS credentials from Vault, or from HCP Vault Secrets. */
export interface BackingFacts {
  /** Variables without which the run stops before it asks for credentials. */
  readonly missing: readonly string[];
  /** Variables with a value that can't be right. */
  readonly invalid: readonly { readonly key: string; readonly expected: string }[];
  /** Variables that most set-ups of this kind need. */
  readonly doubtful: readonly string[];
}

/**
 * Judges a configuration by HashiCorp's tables of variables
 * (https://developer.hashicorp.com/terraform/cloud-docs/dynamic-provider-credentials/vault-backed/aws-configuration, …/vault-configuration,
 * …/hcp-vault-secrets-backed/aws-configuration). A sensitive variable counts as set: its value can't be read.
 */
export function backingFacts(
  environment: ReadonlyMap<string, EffectiveVariable>,
  backing: Exclude<Backing, 'native'>,
  tag: string | undefined,
): BackingFacts {
  const table = new Table(environment);
  if (backing === 'vault') vaultBacked(table, tag);
  else hvsBacked(table, tag);
  return table;
}

const suffixOf = (tag: string | undefined): string => (tag === undefined || tag === '' ? '' : `_${tag}`);

/** Looks variables up and notes what is amiss. */
class Table implements BackingFacts {
  readonly missing: string[] = [];
  readonly invalid: { readonly key: string; readonly expected: string }[] = [];
  readonly doubtful: string[] = [];

  constructor(private readonly environment: ReadonlyMap<string, EffectiveVariable>) {}

  /** `TFC_NAME_TAG`, else `TFC_DEFAULT_NAME`. */
  find(name: string, tag: string | undefined): EffectiveVariable | undefined {
    return [`TFC_${name}${suffixOf(tag)}`, `TFC_DEFAULT_${name}`]
      .map(key => this.environment.get(key))
      .find(v => v !== undefined && (v.sensitive || (v.value ?? '') !== ''));
  }

  need(name: string, tag: string | undefined): EffectiveVariable | undefined {
    const found = this.find(name, tag);
    if (found === undefined) this.missing.push(`TFC_${name}${suffixOf(tag)}`);
    return found;
  }

  /** One variable for runs, or one for each phase. */
  hasForRuns(name: (phase: 'RUN' | 'PLAN' | 'APPLY') => string, tag: string | undefined): boolean {
    if (this.find(name('RUN'), tag) !== undefined) return true;
    return (['PLAN', 'APPLY'] as const).every(phase => this.find(name(phase), tag) !== undefined);
  }

  needForRuns(name: (phase: 'RUN' | 'PLAN' | 'APPLY') => string, tag: string | undefined): void {
    if (!this.hasForRuns(name, tag)) this.missing.push(`TFC_${name('RUN')}${suffixOf(tag)}`);
  }

  /** A variable that must be `true`; the switches have no default form. */
  needSwitch(key: string): void {
    const found = this.environment.get(key);
    if (found === undefined || (!found.sensitive && (found.value ?? '') === '')) this.missing.push(key);
    else if (!found.sensitive && found.value !== undefined && found.value !== 'true')
      this.invalid.push({ key, expected: 'true' });
  }

  /** Notes a value that is none of those that are allowed. */
  check(variable: EffectiveVariable | undefined, allowed: (value: string) => boolean, expected: string): void {
    if (variable === undefined || variable.sensitive || variable.value === undefined) return;
    if (!allowed(variable.value)) this.invalid.push({ key: variable.key, expected });
  }
}

const authTypes = ['iam_user', 'assumed_role', 'federation_token'] as const;

function vaultBacked(table: Table, tag: string | undefined): void {
  const type = table.need('VAULT_BACKED_AWS_AUTH_TYPE', tag);
  table.check(type, value => authTypes.some(t => t === value), 'iam_user, assumed_role or federation_token');
  table.needForRuns(phase => `VAULT_BACKED_AWS_${phase}_VAULT_ROLE`, tag);
  // A role of Vault that knows several ARNs has to be told which; one that knows a single ARN has not.
  if (type?.value === 'assumed_role' && !table.hasForRuns(phase => `VAULT_BACKED_AWS_${phase}_ROLE_ARN`, tag))
    table.doubtful.push(`TFC_VAULT_BACKED_AWS_RUN_ROLE_ARN${suffixOf(tag)}`);
  const sleep = table.find('VAULT_BACKED_AWS_SLEEP_SECONDS', tag);
  table.check(sleep, value => /^\d+$/.test(value) && Number(value) <= 1500, 'a number of seconds up to 1500');
  // Which configuration of Vault itself it uses: the one without a tag, unless it names another.
  const chosen = table.find('VAULT_BACKED_AWS_VAULT_CONFIG', tag);
  if (chosen?.sensitive === true) return;
  const vault = chosen?.value;
  table.needSwitch(`TFC_VAULT_PROVIDER_AUTH${suffixOf(vault)}`);
  table.need('VAULT_ADDR', vault);
  table.needForRuns(phase => `VAULT_${phase}_ROLE`, vault);
}

function hvsBacked(table: Table, tag: string | undefined): void {
  table.needForRuns(phase => `HVS_BACKED_AWS_${phase}_SECRET_RESOURCE`, tag);
  const chosen = table.find('HVS_BACKED_AWS_HCP_CONFIG', tag);
  if (chosen?.sensitive === true) return;
  const hcp = chosen?.value;
  table.needSwitch(`TFC_HCP_PROVIDER_AUTH${suffixOf(hcp)}`);
  table.needForRuns(phase => `HCP_${phase}_PROVIDER_RESOURCE_NAME`, hcp);
}
