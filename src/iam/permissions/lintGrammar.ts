import { entry, listOf, type PolicyNode } from '../policy/node';
import { parseOperator } from '../policy/evaluate';
import { isWritten, type PermissionFinding, place, type PolicyContext, quoted } from './permissionFinding';
import { anyName, anyText } from './resourcePattern';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
const topElements = ['Version', 'Id', 'Statement'];
const statementElements = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const operators: ReadonlySet<string> = new Set(
  [
    ...['Equals', 'NotEquals', 'EqualsIgnoreCase', 'NotEqualsIgnoreCase', 'Like', 'NotLike'].map(n => `String${n}`),
    ...['Numeric', 'Date'].flatMap(t =>
      ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'].map(n => t + n),
    ),
    ...['Bool', 'BinaryEquals', 'IpAddress', 'NotIpAddress', 'Null'],
    ...['ArnEquals', 'ArnNotEquals', 'ArnLike', 'ArnNotLike'],
  ].map(n => n.toLowerCase()),
);

/** The elements of the policy as a whole. */
export function lintTop(root: PolicyNode, context: PolicyContext): PermissionFinding[] {
  const findings = lintElements(root, topElements, context);
  const version = entry(root, 'Version')?.value;
  if (version?.kind === 'string' && !['2012-10-17', '2008-10-17'].includes(version.value)) {
    findings.push({
      code: 'invalid-version',
      severity: 'error',
      message: `The Version is "2012-10-17", a fixed word; IAM refuses "${version.value}".`,
      ...place(version),
      ...change(version, '2012-10-17', context),
    });
  }
  return findings;
}

/** The elements of one statement. `seen` holds the Sids of those before it. */
export function lintElementsOf(statement: PolicyNode, seen: Set<string>, context: PolicyContext): PermissionFinding[] {
  const findings = [...lintElements(statement, statementElements, context), ...lintSid(statement, seen, context)];
  const add = (code: PermissionFinding['code'], message: string, node: PolicyNode = statement): void => {
    findings.push({ code, severity: 'error', message, start: node.start, end: Math.min(node.end, node.start + 1) });
  };
  const has = (...keys: string[]): boolean => keys.some(key => entry(statement, key) !== undefined);
  const effect = entry(statement, 'Effect')?.value;
  if (effect === undefined) add('missing-element', 'The statement has no Effect ("Allow" or "Deny").');
  else if (effect.kind === 'string' && !['Allow', 'Deny'].includes(effect.value) && known(effect.value)) {
    const wanted = /^d/i.test(effect.value) ? 'Deny' : 'Allow';
    findings.push({
      code: 'invalid-effect',
      severity: 'error',
      message: `The Effect is "Allow" or "Deny", in these letters; IAM refuses "${effect.value}".`,
      ...place(effect),
      ...(effect.value.toLowerCase() === wanted.toLowerCase() && change(effect, wanted, context)),
    });
  }
  if (!has('Action', 'NotAction')) add('missing-element', 'The statement has no Action.');
  if (has('Action') && has('NotAction')) add('duplicate-element', 'A statement has Action or NotAction, not both.');
  if (!has('Resource', 'NotResource') && !context.resourceBased)
    add('missing-element', 'The statement has no Resource.');
  if (has('Resource') && has('NotResource'))
    add('duplicate-element', 'A statement has Resource or NotResource, not both.');
  for (const key of ['Action', 'NotAction', 'Resource', 'NotResource']) {
    const found = entry(statement, key);
    if (found?.value.kind === 'array' && found.value.items.length === 0)
      add('missing-element', `${key} is an empty list; IAM refuses it.`, found.value);
  }
  findings.push(...lintResources(statement), ...lintOperators(statement));
  return findings;
}

function lintElements(node: PolicyNode, allowed: readonly string[], context: PolicyContext): PermissionFinding[] {
  if (node.kind !== 'object') return [];
  const seen = new Set<string>();
  return node.entries.flatMap(({ key, keySpan }): readonly PermissionFinding[] => {
    if (allowed.includes(key)) {
      const again = seen.has(key);
      seen.add(key);
      const message = `"${key}" stands twice; IAM refuses it, or takes only the last one.`;
      return again ? [{ code: 'duplicate-element', severity: 'error', message, ...place(keySpan) }] : [];
    }
    const bare = key.toLowerCase().replace(/s$/, '');
    const near = allowed.find(a => a.toLowerCase() === bare && !seen.has(a));
    const written = context.text.slice(keySpan.start, keySpan.end);
    const newText = near === undefined ? '' : written.startsWith('"') ? JSON.stringify(near) : near;
    const finding: PermissionFinding = {
      code: 'unknown-element',
      severity: 'error',
      message: `"${key}" is no element of a policy${near === undefined ? '' : `; it is written "${near}"`}. IAM refuses it.`,
      ...place(keySpan),
      ...(near !== undefined &&
        context.exact &&
        written.replace(/"/g, '') === key && {
          fix: { title: `Change to ${near}`, edits: [{ span: place(keySpan), newText }] },
        }),
    };
    return [finding];
  });
}

function lintSid(statement: PolicyNode, seen: Set<string>, context: PolicyContext): PermissionFinding[] {
  const sid = entry(statement, 'Sid')?.value;
  if (sid?.kind !== 'string' || !known(sid.value)) return [];
  // A resource's own policy may have blanks in its Sids.
  if (!context.resourceBased && !/^[A-Za-z0-9]*$/.test(sid.value)) {
    const message = `The Sid "${sid.value}" may hold only letters and digits.`;
    const wanted = sid.value.replace(/[^A-Za-z0-9]/g, '');
    seen.add(wanted);
    return [{ code: 'invalid-sid', severity: 'error', message, ...place(sid), ...change(sid, wanted, context) }];
  }
  const again = seen.has(sid.value);
  seen.add(sid.value);
  if (!again || sid.value === '') return [];
  let n = 2;
  while (seen.has(`${sid.value}${n}`)) n++;
  seen.add(`${sid.value}${n}`);
  const message = `The Sid "${sid.value}" stands twice.`;
  return [
    { code: 'duplicate-sid', severity: 'error', message, ...place(sid), ...change(sid, `${sid.value}${n}`, context) },
  ];
}

function lintResources(statement: PolicyNode): readonly PermissionFinding[] {
  return ['Resource', 'NotResource'].flatMap(key =>
    listOf(entry(statement, key)?.value).flatMap((node): readonly PermissionFinding[] => {
      if (node.kind !== 'string' || /^(?:\*|[\uE000\uE001])/.test(node.value) || !known(node.value.slice(0, 4)))
        return [];
      if (/^arn:(?:[^:]*:){4}./.test(node.value) || /^arn:[^:]*[*\uE000]/.test(node.value)) return [];
      if (/^arn:.*[*?\uE000$]/.test(node.value)) return [];
      const message = `"${node.value}" is no ARN: IAM wants "arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE" or "*".`;
      return [{ code: 'invalid-resource', severity: 'error', message, ...place(node) }];
    }),
  );
}

function lintOperators(statement: PolicyNode): readonly PermissionFinding[] {
  const condition = entry(statement, 'Condition')?.value;
  if (condition?.kind !== 'object') return [];
  return condition.entries.flatMap(({ key, keySpan }): readonly PermissionFinding[] => {
    if (operators.has(parseOperator(key).base) || !known(key)) return [];
    const message = `IAM has no condition operator "${key}".`;
    return [{ code: 'unknown-operator', severity: 'error', message, ...place(keySpan) }];
  });
}

const known = (text: string): boolean => !text.includes(anyText) && !text.includes(anyName);

function change(node: PolicyNode, wanted: string, context: PolicyContext): Pick<PermissionFinding, 'fix'> {
  if (!isWritten(node, context)) return {};
  const newText = quoted(wanted, context.form);
  return { fix: { title: `Change to ${newText}`, edits: [{ span: place(node), newText }] } };
}
