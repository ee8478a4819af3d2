import { permissionRules } from '../../iam/lint/permissions/permissionRules';
import { trustRules } from '../../iam/lint/trust/trustRules';
import { documentationPage, type Severity } from '../../lint/finding';
import { rules } from '../../lint/table';

/** What reports for other programs say of a rule. */
export interface RuleText {
  readonly id: string;
  readonly title: string;
  readonly explanation: string;
  /** What its fix does, where it has one. */
  readonly fix?: string;
  readonly severity: Severity;
  /** Its page, from the project's home page on. */
  readonly page: string;
  /** As GitHub ranks them (https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning): above 7 is high. */
  readonly security: number;
  readonly tags: readonly string[];
}

const ranks: Readonly<Record<Severity, number>> = { error: 8, warning: 5.5, information: 2 };

/** The rules of `check`. */
export const checkRules: readonly RuleText[] = rules.map(({ code, title, explanation, fix, severity }) => ({
  id: code,
  title,
  explanation,
  ...(fix !== undefined && { fix }),
  severity,
  page: documentationPage(code),
  security: ranks[severity],
  tags: ['security', 'terraform', 'aws', 'credentials'],
}));

/** What lets somebody do more than the policy seems to say; the other codes are about a policy that does less. */
const dangerous: ReadonlySet<string> = new Set([
  'full-access',
  'escalation',
  'pass-role-any',
  'any-account',
  'allow-not-action',
  'allow-not-resource',
]);

/** The rules of `lint-policy`. */
export const policyRules: readonly RuleText[] = Object.entries(permissionRules).map(([id, title]) => ({
  id,
  title,
  explanation: `${title}.`,
  severity: 'warning',
  page: 'docs/permissions.md',
  security: dangerous.has(id) ? 8.5 : id === 'resource-could-be-scoped' ? 4 : 2,
  tags: ['security', 'aws', 'iam'],
}));

/** The rules of `lint-trust`. */
export const trustPolicyRules: readonly RuleText[] = Object.entries(trustRules).map(([id, { title, weight }]) => ({
  id,
  title,
  explanation: `${title}.`,
  severity: weight === 'broken' ? 'error' : weight === 'too-broad' ? 'warning' : 'information',
  page: 'docs/trust.md',
  security: weight === 'too-broad' ? 9 : weight === 'broken' ? 4 : 1,
  tags: ['security', 'aws', 'iam', 'oidc'],
}));

/** The table with what findings name and it does not hold (AWS's own validation has codes of its own). */
export function withOthers(table: readonly RuleText[], codes: readonly string[], page: string): readonly RuleText[] {
  const others = [...new Set(codes)].filter(code => !table.some(rule => rule.id === code));
  return [
    ...table,
    ...others.map(id => ({
      id,
      title: id,
      explanation: `A finding of AWS's own validation of policies, ${id}.`,
      severity: 'warning' as const,
      page,
      security: 4,
      tags: ['security', 'aws', 'iam'],
    })),
  ];
}
