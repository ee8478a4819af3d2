import { parseOidcProviderArn } from '../../../oidc/arns';
import { isOtherProgram } from '../../../oidc/otherPrograms';
import { hasHole } from '../../policy/patterns/holes';
import { isAudienceClause, isSubjectClause, type Statement } from '../../policy/statement';

/**
 * Whose tokens a statement is about. `terraform`: HCP Terraform, or the host that was asked for, or one that calls itself Terraform
 * Enterprise. `unverified`: a host that may be Terraform Enterprise, for its subjects look so. `another`: any other issuer.
 */
type Issuer = 'terraform' | 'unverified' | 'another';

export const knownHosts: ReadonlySet<string> = new Set(['app.terraform.io', 'app.eu.terraform.io']);

/** Labels by which hosts of Terraform Enterprise are commonly called. */
const enterprise = /(^|[.-])(p?tfe|terraform|tf-enterprise)([.-]|$)/i;

export function issuerOf(s: Statement, asked: string | undefined): Issuer {
  const hosts = [...providersOf(s), ...s.clauses.map(c => c.key.slice(0, c.key.lastIndexOf(':')))].filter(
    h => h !== '',
  );
  if (hosts.some(h => knownHosts.has(h.toLowerCase()) || h === asked)) return 'terraform';
  const subjects = s.clauses.filter(isSubjectClause).flatMap(c => c.values.map(v => v.value));
  const looksAlike = subjects.some(v => /^organization:/.test(v));
  if (hosts.some(isOtherProgram) || (!looksAlike && subjects.some(v => /^[a-z_]+[:/]/i.test(v)))) return 'another';
  if (hosts.some(h => enterprise.test(h))) return 'terraform';
  const audiences = s.clauses.filter(isAudienceClause).flatMap(c => c.values.map(v => v.value));
  if (!looksAlike && !audiences.includes('aws.workload.identity')) return 'another';
  // A host that only Terraform knows, with subjects or the audience of HCP Terraform.
  return hosts.some(hasHole) ? 'terraform' : 'unverified';
}

function providersOf(s: Statement): readonly string[] {
  const named = (s.principal ?? s.notPrincipal)?.federated ?? [];
  return named.map(f => parseOidcProviderArn(f.value)?.host ?? f.value.replace(/^.*oidc-provider\//, ''));
}
