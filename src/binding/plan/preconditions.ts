import { iamArn } from '../../oidc/arns';
import type { Problem } from '../../core/problem';
import type { ActualRole } from '../../iam/account/types';
import { policySize, trustQuota } from '../../iam/policy/document';
import type { DesiredAccount, DesiredRole, PolicyJson } from '../desired/desired';
import type { ActualAccount, PlanOptions } from './model';
import { compactPolicy } from './policy';

/** What IAM would refuse, found before the first write (limits: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html). */

const roleName = /^[\w+=,.@-]{1,64}$/;
const policyName = /^[\w+=,.@-]{1,128}$/;
const pathGrammar = /^(\/|\/[\u0021-\u007E]+\/)$/;
const description = /^[\t\n\r\u0020-\u007E\u00A1-\u00FF]{0,1000}$/;
const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const policyText = /^[\t\n\r\u0020-\u00FF]+$/;

const problem = (code: string, message: string, nextStep: string): Problem => ({ code, message, nextStep });

export function providerPreconditions(
  desired: DesiredAccount,
  actual: ActualAccount,
  options: PlanOptions,
): readonly Problem[] {
  const { url, audiences, tags } = desired.provider;
  const found: Problem[] = [];
  let parsed: URL | undefined;
  try {
    parsed = new URL(url);
  } catch {
    parsed = undefined;
  }
  if (
    parsed?.protocol !== 'https:' ||
    parsed.port !== '' ||
    parsed.search !== '' ||
    url.endsWith('/') ||
    url.length > 255
  ) {
    found.push(
      problem(
        'provider-url',
        `"${url}" is not a valid URL of an OIDC provider: expected https, at most 255 characters, and no port, query or trailing slash.`,
        'Give the host of HCP Terraform or Terraform Enterprise (--hostname).',
      ),
    );
  }
  for (const audience of audiences.filter(a => a.length < 1 || a.length > 255)) {
    found.push(
      problem(
        'audience',
        `The audience "${audience.slice(0, 40)}…" has ${audience.length} characters; IAM takes 1 to 255.`,
        'Choose another audience (--audience).',
      ),
    );
  }
  const all = new Set([...audiences, ...(actual.provider?.audiences ?? [])]);
  if (all.size > 100) {
    found.push(
      problem(
        'audience-quota',
        `The OIDC provider would have ${all.size} audiences; IAM allows 100.`,
        'Use one audience for several workspaces.',
      ),
    );
  }
  if (actual.provider === undefined && options.providerCount !== undefined && options.providerCount >= 100) {
    found.push(
      problem(
        'provider-quota',
        `The account has ${options.providerCount} OIDC providers; the default quota is 100.`,
        'Remove one that is no longer used, or ask for more in Service Quotas (L-858F3967, up to 700).',
      ),
    );
  }
  found.push(...tagProblems('The OIDC provider', tags, tags));
  return found;
}

export function rolePreconditions(
  account: DesiredAccount,
  role: DesiredRole,
  actual: ActualRole | undefined,
  providerArn: string,
  options: PlanOptions,
): readonly Problem[] {
  const found: Problem[] = [];
  const add = (code: string, message: string, nextStep: string): void => {
    found.push(problem(code, message, nextStep));
  };
  if (!roleName.test(role.name)) {
    add(
      'role-name',
      `"${role.name}" is not a valid role name: expected 1 to 64 letters, digits and _+=,.@-`,
      'Choose another name (--role-name).',
    );
  }
  // IAM tells names apart without regard to case.
  const twin = account.roles.find(r => r !== role && r.name.toLowerCase() === role.name.toLowerCase());
  if (twin !== undefined) {
    add(
      'role-name',
      `The ${role.use} role and the ${twin.use} role would be one in IAM: "${role.name}" and "${twin.name}".`,
      'Choose two names, or one role for both (--roles single).',
    );
  }
  if (!pathGrammar.test(role.path) || role.path.length > 512) {
    add(
      'role-path',
      `"${role.path}" is not a valid path: expected at most 512 characters that begin and end with "/".`,
      'Correct the path (--path).',
    );
  }
  if (!description.test(role.description)) {
    add(
      'role-description',
      `The description of role ${role.name} has more than 1,000 characters, or some that IAM does not take.`,
      'Shorten it to Latin letters.',
    );
  }
  const duration = role.maxSessionDuration;
  if (duration !== undefined && (!Number.isInteger(duration) || duration < 3600 || duration > 43_200)) {
    add('session-duration', `A session of ${duration} seconds is out of IAM's range.`, 'Choose 3600 to 43200 seconds.');
  }
  found.push(...tagProblems(`Role ${role.name}`, { ...actual?.tags, ...role.tags }, role.tags));
  found.push(...trustProblems(account, role, providerArn, options));
  found.push(...permissionProblems(account, role, actual));
  found.push(...(options.prove?.(role) ?? []));
  return found;
}

function trustProblems(
  account: DesiredAccount,
  role: DesiredRole,
  providerArn: string,
  options: PlanOptions,
): readonly Problem[] {
  const found: Problem[] = [];
  const text = compactPolicy(role.trustPolicy);
  const quota = options.trustPolicyQuota ?? trustQuota;
  if (policySize(text) > quota) {
    found.push(
      problem(
        'trust-policy-size',
        `The trust policy of role ${role.name} has ${policySize(text)} characters; the quota is ${quota}.`,
        'Trust fewer workspaces in one role, or raise the quota L-C07B4B0D to up to 8192 (--trust-policy-quota).',
      ),
    );
  }
  if (!policyText.test(text)) {
    found.push(
      problem(
        'policy-characters',
        `The trust policy of role ${role.name} has characters that IAM does not take.`,
        'Use Latin letters only.',
      ),
    );
  }
  for (const statement of statementsOf(role.trustPolicy)) {
    const federated = federatedOf(statement);
    if (federated.length === 0) continue;
    const host = account.provider.url.replace(/^https:\/\//, '');
    for (const arn of federated.filter(a => a.includes(':oidc-provider/') && a !== providerArn)) {
      found.push(
        problem(
          'trust-other-provider',
          `The trust policy of role ${role.name} names ${arn}, not the provider ${providerArn}.`,
          'Role and provider must be in the same account and partition.',
        ),
      );
    }
    if (
      host === 'app.terraform.io' &&
      federated.includes(providerArn) &&
      statement['Effect'] === 'Allow' &&
      !evaluatesSubject(statement, host)
    ) {
      found.push(
        problem(
          'shared-provider-subject',
          `The trust policy of role ${role.name} does not narrow ${host}:sub. IAM refuses such policies for this shared provider since June 2025.`,
          'Add a condition on the subject that is more than "*".',
        ),
      );
    }
  }
  return found;
}

type Statement = Readonly<Record<string, unknown>>;
const isObject = (v: unknown): v is Statement => typeof v === 'object' && v !== null && !Array.isArray(v);
const list = (v: unknown): readonly unknown[] => (v === undefined ? [] : Array.isArray(v) ? v : [v]);

const statementsOf = (policy: PolicyJson): readonly Statement[] => list(policy['Statement']).filter(isObject);

function federatedOf(statement: Statement): readonly string[] {
  const principal = statement['Principal'];
  return isObject(principal) ? list(principal['Federated']).filter((v): v is string => typeof v === 'string') : [];
}

function evaluatesSubject(statement: Statement, host: string): boolean {
  const condition = statement['Condition'];
  if (!isObject(condition)) return false;
  return Object.entries(condition).some(
    ([operator, block]) =>
      /^(ForAnyValue:)?String(Equals|EqualsIgnoreCase|Like)$/.test(operator) &&
      isObject(block) &&
      Object.entries(block).some(
        ([key, values]) =>
          key.toLowerCase() === `${host}:sub` && list(values).every(v => typeof v === 'string' && !/^\**$/.test(v)),
      ),
  );
}

function permissionProblems(
  account: DesiredAccount,
  role: DesiredRole,
  actual: ActualRole | undefined,
): readonly Problem[] {
  const found: Problem[] = [];
  const sizes = new Map(Object.entries(actual?.inlinePolicies ?? {}).map(([name, text]) => [name, policySize(text)]));
  for (const policy of role.inlinePolicies) {
    const text = compactPolicy(policy.document);
    sizes.set(policy.name, policySize(text));
    if (!policyName.test(policy.name)) {
      found.push(
        problem(
          'policy-name',
          `"${policy.name}" is not a valid name of an inline policy: expected 1 to 128 letters, digits and _+=,.@-`,
          'Choose another.',
        ),
      );
    }
    if (!policyText.test(text)) {
      found.push(
        problem(
          'policy-characters',
          `The policy ${policy.name} has characters that IAM does not take.`,
          'Use Latin letters only.',
        ),
      );
    }
    if (
      statementsOf(policy.document).length === 0 ||
      statementsOf(policy.document).some(s => s['Principal'] !== undefined)
    ) {
      found.push(
        problem(
          'permission-policy',
          `The policy ${policy.name} is not a permission policy: it needs at least one statement, and none with a Principal.`,
          'Give a permission policy; the trust policy is made by tfc-oidc.',
        ),
      );
    }
  }
  const total = [...sizes.values()].reduce((a, b) => a + b, 0);
  if (total > 10_240) {
    found.push(
      problem(
        'inline-policy-size',
        `The inline policies of role ${role.name} would have ${total} characters together; IAM allows 10,240.`,
        'Put a part into a managed policy and name that one (--policy-arn).',
      ),
    );
  }
  const arns = [
    ...role.attachedPolicyArns,
    ...(role.permissionsBoundaryArn === undefined ? [] : [role.permissionsBoundaryArn]),
  ];
  for (const arn of arns) {
    const parts = /^arn:([^:]+):iam::(aws|\d{12}):policy\/.+$/.exec(arn);
    if (parts === null) {
      found.push(
        problem(
          'policy-arn',
          `"${arn}" is not an ARN of a managed policy.`,
          `It looks like ${iamArn({ partition: account.partition, accountId: 'ACCOUNT' }, 'policy/NAME')}.`,
        ),
      );
    } else if (parts[1] !== account.partition || (parts[2] !== 'aws' && parts[2] !== account.accountId)) {
      found.push(
        problem(
          'policy-arn',
          `${arn} is of another partition or account than role ${role.name} (${account.partition}, ${account.accountId}).`,
          'Give a policy of the same account, or one of AWS in the same partition.',
        ),
      );
    }
  }
  return found;
}

/** `tags` is what would be there in the end, `wanted` what we ask for: AWS's own tags (`aws:`) may be there already. */
function tagProblems(
  on: string,
  tags: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): readonly Problem[] {
  const entries = Object.entries(tags);
  const bad = entries.filter(
    ([key, value]) =>
      key.length < 1 ||
      key.length > 128 ||
      (/^aws:/i.test(key) && Object.hasOwn(wanted, key)) ||
      value.length > 256 ||
      !tagText.test(key) ||
      !tagText.test(value),
  );
  const found = bad.map(([key]) =>
    problem(
      'tag',
      `The tag "${key}" has a key or value that IAM does not take.`,
      'Use letters, digits, spaces and _.:/=+-@ only, and no key that begins with "aws:".',
    ),
  );
  if (entries.length > 50)
    found.push(problem('tag-quota', `${on} would have ${entries.length} tags; IAM allows 50.`, 'Remove tags.'));
  return found;
}
