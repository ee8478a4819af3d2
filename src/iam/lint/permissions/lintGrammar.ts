import { entry, listOf, type PolicyNode } from '../../policy/node';
import { lintResources } from './lintArns';
import { lintConditions } from './lintConditions';
import { isWritten, type PermissionFinding, place, type PolicyContext, quoted } from './permissionFinding';
import { anyName, anyText } from '../../policy/patterns/resourcePattern';

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
  if (version !== undefined && version.kind !== 'string' && version.kind !== 'unknown')
    findings.push({
      code: 'invalid-version',
      severity: 'error',
      message: 'The Version is the text "2012-10-17".',
      ...place(version),
    });
  const old = version === undefined || (version.kind === 'string' && version.value === '2008-10-17');
  // AWS itself makes policies of queues and topics in the old version.
  if (old && root.kind === 'object' && !context.resourceBased) {
    const at = version ?? root;
    const message = `${version === undefined ? 'Without a Version IAM takes "2008-10-17", in which' : 'In Version "2008-10-17"'} policy variables such as \${aws:username} are plain text. Use "2012-10-17".`;
    findings.push({
      code: 'old-version',
      severity: 'warning',
      message,
      start: at.start,
      end: version === undefined ? Math.min(at.end, at.start + 1) : at.end,
      ...(version === undefined ? {} : change(version, '2012-10-17', context)),
    });
  }
  const list = entry(root, 'Statement')?.value;
  if (list?.kind === 'array' && list.items.length === 0 && !context.incomplete && context.exact)
    findings.push({
      code: 'missing-element',
      severity: 'error',
      message: 'The policy has no statement; IAM refuses it.',
      start: list.start,
      end: Math.min(list.end, list.start + 1),
    });
  for (const item of listOf(list)) {
    if (item.kind === 'object' || item.kind === 'unknown') continue;
    const message = 'A statement is an object: { "Effect": …, "Action": …, "Resource": … }. IAM refuses this one.';
    findings.push({ code: 'not-a-policy', severity: 'error', message, ...place(item) });
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
  } else if (effect.kind !== 'string' && effect.kind !== 'unknown' && !isChosen(effect, context))
    add('invalid-effect', 'The Effect is the text "Allow" or "Deny".', effect);
  if (!has('Action', 'NotAction')) add('missing-element', 'The statement has no Action.');
  if (has('Action') && has('NotAction')) add('duplicate-element', 'A statement has Action or NotAction, not both.');
  if (!has('Resource', 'NotResource', 'Principal', 'NotPrincipal') && !context.resourceBased)
    add('missing-element', 'The statement has no Resource.');
  if (has('Resource') && has('NotResource'))
    add('duplicate-element', 'A statement has Resource or NotResource, not both.');
  for (const key of ['Action', 'NotAction', 'Resource', 'NotResource']) {
    const found = entry(statement, key);
    for (const node of /Action$/.test(key) ? listOf(found?.value) : [])
      if (node.kind !== 'string' && node.kind !== 'unknown')
        add('unknown-action', `${key} holds names of actions, as texts; IAM refuses anything else.`, node);
    if (found?.value.kind === 'array' && found.value.items.length === 0)
      add('missing-element', `${key} is an empty list; IAM refuses it.`, found.value);
  }
  findings.push(
    ...lintPrincipal(statement, context),
    ...lintResources(statement),
    ...lintConditions(statement, context),
  );
  return findings;
}

/** A condition of Terraform's that decides between two texts. */
const isChosen = (node: PolicyNode, { form, text }: PolicyContext): boolean =>
  node.kind === 'array' && form !== 'json' && text.charAt(node.start) !== '[';

/** Blocks of principals that `dynamic` makes of what is not known here. */
export const isOpenPrincipal = (principal: PolicyNode): boolean =>
  principal.kind === 'unknown' || (principal.kind === 'object' && principal.entries.some(e => !known(e.key)));

/** Who a statement is for stands in a resource's own policy, in each of its statements, and in no policy of a caller. */
function lintPrincipal(statement: PolicyNode, context: PolicyContext): readonly PermissionFinding[] {
  const found = ['Principal', 'NotPrincipal'].flatMap(key => entry(statement, key) ?? []);
  // A list of principals that only the caller knows may have none.
  if (found.some(e => isOpenPrincipal(e.value))) return [];
  const [first] = found;
  if (first !== undefined && !context.resourceBased) {
    const message = `"${first.key}" has no place in a policy of a user, group or role: who uses it is who it is attached to. IAM refuses it.`;
    return [{ code: 'principal', severity: 'error', message, ...place(first.keySpan) }];
  }
  if (first === undefined && context.resourceBased) {
    const message =
      'The other statements have a Principal, this one has none: a policy of a resource says in each who it is for.';
    return [
      {
        code: 'principal',
        severity: 'error',
        message,
        start: statement.start,
        end: Math.min(statement.end, statement.start + 1),
      },
    ];
  }
  return [];
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
      message: `"${key}" is not an element of a policy${near === undefined ? '' : `; it is written "${near}"`}. IAM refuses it.`,
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
  if (sid !== undefined && sid.kind !== 'string' && sid.kind !== 'unknown')
    return [
      { code: 'invalid-sid', severity: 'error', message: 'A Sid is a text of letters and digits.', ...place(sid) },
    ];
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
  // Of statements that a condition or a list decides on, one may be there where the other is not.
  if (!again || sid.value === '' || context.incomplete) return [];
  let n = 2;
  while (seen.has(`${sid.value}${n}`)) n++;
  seen.add(`${sid.value}${n}`);
  const message = `The Sid "${sid.value}" stands twice.`;
  return [
    { code: 'duplicate-sid', severity: 'error', message, ...place(sid), ...change(sid, `${sid.value}${n}`, context) },
  ];
}

const known = (text: string): boolean => !text.includes(anyText) && !text.includes(anyName);

function change(node: PolicyNode, wanted: string, context: PolicyContext): Pick<PermissionFinding, 'fix'> {
  if (!isWritten(node, context)) return {};
  const newText = quoted(wanted, context.form);
  return { fix: { title: `Change to ${newText}`, edits: [{ span: place(node), newText }] } };
}
