import { entry, listOf, type PolicyNode } from '../../policy/node';
import type { ActionFact } from '../../reference/actions';
import { shown } from '../../inCode/marker';
import { isAskedOf, isWholeKind } from './askedArns';
import { isAnyAccount, isEveryRole } from './lintArns';
import { otherPermission } from '../../denials/operationNames';
import {
  isPlainList,
  isWritten,
  listText,
  type PermissionFinding,
  place,
  type PolicyContext,
  quoted,
} from './permissionFinding';
import { anyName, anyText, fitsType } from '../../policy/patterns/resourcePattern';

type TextNode = PolicyNode & { readonly kind: 'string' };
const isText = (node: PolicyNode): node is TextNode => node.kind === 'string';
const isKnown = (text: string): boolean => !text.includes(anyText) && !text.includes(anyName);

/** Names of actions, and whether each can do anything with the statement's resources. */
export function lintActions(statement: PolicyNode, parent: PolicyNode, context: PolicyContext): PermissionFinding[] {
  const findings: PermissionFinding[] = [];
  const seen = new Set<string>();
  const real: { node: TextNode; facts: readonly ActionFact[] }[] = [];
  const list = entry(statement, 'Action')?.value;
  for (const node of [...listOf(list), ...listOf(entry(statement, 'NotAction')?.value)]) {
    if (!isText(node) || !isKnown(node.value) || node.value === '*' || node.value === '*:*') continue;
    const facts = context.reference.actions.matching(node.value);
    if (facts.length === 0) {
      if (!listedElsewhere.test(node.value)) findings.push(unknown(node, context));
      continue;
    }
    const key = node.value.toLowerCase();
    if (seen.has(key)) findings.push(duplicate(node, list, context));
    seen.add(key);
    real.push({ node, facts });
  }
  if (entry(statement, 'NotAction') !== undefined) return findings;
  return [...findings, ...lintScope(statement, parent, real, context)];
}

function lintScope(
  statement: PolicyNode,
  parent: PolicyNode,
  real: readonly { node: TextNode; facts: readonly ActionFact[] }[],
  context: PolicyContext,
): readonly PermissionFinding[] {
  const found = entry(statement, 'Resource')?.value;
  const resources = listOf(found);
  const effect = entry(statement, 'Effect')?.value;
  const allow = effect?.kind === 'string' && effect.value === 'Allow';
  const texts = resources.filter(isText);
  const star = texts.find(r => /^\*+$/.test(r.value));
  if (found === undefined || context.resourceBased) return [];
  if (star !== undefined) return allow && !context.limitOnly ? lintStar(statement, star, real) : [];
  const findings: PermissionFinding[] = [];
  const everyRole = texts.find(r => isEveryRole(r.value));
  if (allow && everyRole !== undefined && !context.limitOnly) {
    for (const { node, facts } of real)
      if (facts.some(f => f.name === 'iam:PassRole')) findings.push(passRole(node, statement));
  }
  const anyAccount = texts.find(r => isAnyAccount(r.value));
  const assumes = real.find(({ facts }) => facts.some(f => f.name === 'sts:AssumeRole'));
  if (allow && anyAccount !== undefined && assumes !== undefined && !context.limitOnly)
    findings.push({
      code: 'any-account',
      severity: 'warning',
      message: `sts:AssumeRole on "${anyAccount.value}": anybody can make a role of that name in an account of theirs. Name the account.`,
      ...place(anyAccount),
    });
  // All resources of a service are as many as "*" names to the actions of that service.
  const whole = texts.find(t => serviceOf(t.value) !== undefined);
  if (allow && whole !== undefined && !context.limitOnly)
    findings.push(
      ...lintStar(
        statement,
        whole,
        real.filter(r => r.node.value.startsWith(`${serviceOf(whole.value) ?? ''}:`)),
      ),
    );
  // One value that only Terraform knows may be what an action needs; one that is not an ARN is told by itself.
  if (texts.length < resources.length || texts.length === 0 || texts.some(t => !t.value.startsWith('arn:')))
    return findings;
  const unscoped: TextNode[] = [];
  const doubtful = new Set<TextNode>();
  const wrong: { node: TextNode; facts: readonly ActionFact[] }[] = [];
  for (const { node, facts } of real) {
    // AWS's own examples list all buckets on "arn:aws:s3:::*", and S3 takes it.
    const s3 = facts.every(f => f.name.startsWith('s3:')) && texts.some(t => /^arn:[^:]*:s3:::\*$/.test(t.value));
    if (s3) continue;
    if (texts.some(t => facts.some(f => isAskedOf(f.name, t.value)))) continue;
    if (facts.every(f => !f.scoped)) {
      unscoped.push(node);
      if (facts.every(f => texts.some(t => isWholeKind(f, t.value)))) doubtful.add(node);
    } else if (!facts.some(f => !f.scoped || texts.some(t => takes(f, t.value, context)))) wrong.push({ node, facts });
  }
  for (const node of unscoped) {
    const fix = ownStatement(statement, parent, unscoped, context);
    findings.push({ ...withoutResource(node, allow, doubtful.has(node)), ...(fix !== undefined && { fix }) });
  }
  const all = wrong.length === real.length && unscoped.length === 0;
  for (const { node, facts } of wrong) {
    const types = facts.flatMap(f => context.reference.typesOf(f)).sort((a, b) => a.format.length - b.format.length);
    const formats = [...new Set(types.map(t => t.format.replace('${Partition}', 'aws')))];
    const fix = s3Fix(facts, found, texts, all, context);
    findings.push({
      code: 'resource-mismatch',
      // A pattern stands for what AWS adds later, too.
      severity: /[*?]/.test(node.value) ? 'warning' : 'error',
      message:
        `${node.value} does nothing on ${listed(texts.map(t => shown(t.value)))}: it takes ` +
        `${[...new Set(types.map(t => t.name))].slice(0, 3).join(', ')} (${listed(formats)}).`,
      ...place(node),
      ...(fix !== undefined && { fix }),
    });
  }
  return findings;
}

/**
 * AWS's own parameters belong to no account, though the list of ARN formats has one for every parameter
 * (https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html).
 */
const publicParameter = /^(arn:[^:]*:ssm:[^:]*:)(?=:parameter\/aws\/)/;

/**
 * Actions that AWS lists in the guide of the service, and not all of them in its reference:
 * https://docs.aws.amazon.com/transform/latest/userguide/security_iam_permissions.html, and the HTTP verbs of
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-create-and-manage-api.html.
 */
const listedElsewhere = /^(?:transform:\w+|apigateway:(?:HEAD|OPTIONS))$/i;

/**
 * Services of which AWS's guides and managed policies name actions that neither its reference nor its API has: whether IAM knows them
 * is not documented.
 */
const partlyListed = /^(?:sso|sso-directory|identitystore|identitystore-auth|ecr-public|aws-portal|support-console):/i;

/** Names that AWS's own default and sample policies have, and that no call asks for: they do nothing, and do no harm. */
const idleNames: ReadonlySet<string> = new Set(['sns:receive', 'logs:putlogeventsbatch']);

function withoutResource(node: TextNode, allow: boolean, doubtful: boolean): PermissionFinding {
  const verb = allow ? 'allows' : 'denies';
  const what = doubtful
    ? `AWS documents no resource ARN for ${node.value}: only "*" surely ${verb} it.`
    : `${node.value} takes no resource ARN: only "*" ${verb} it.`;
  return {
    code: 'action-without-resource',
    severity: doubtful ? 'warning' : 'error',
    message: `${what} Move it to an own statement.`,
    ...place(node),
  };
}

function takes(fact: ActionFact, resource: string, context: PolicyContext): boolean {
  const arn = resource.replace(publicParameter, '$1*');
  return context.reference.typesOf(fact).some(type => fitsType(arn, type.format, context.variables));
}

function listed(texts: readonly string[]): string {
  return texts.length > 2 ? `${texts.slice(0, 2).join(', ')}, …` : texts.join(', ');
}

/** The service of an ARN that names all of its resources: `s3` of `arn:aws:s3:::*`. */
function serviceOf(arn: string): string | undefined {
  return /^arn:[^:]*:([\w-]+):[^:]*:[^:]*:\*+$/.exec(arn)?.[1];
}

/** `"Resource": "*"`: passing every role, and what could be limited. */
function lintStar(
  statement: PolicyNode,
  star: TextNode,
  real: readonly { node: TextNode; facts: readonly ActionFact[] }[],
): readonly PermissionFinding[] {
  const findings = real
    .filter(({ node, facts }) => facts.some(f => f.name === 'iam:PassRole') && node.value !== 'iam:*')
    .map(({ node }) => passRole(node, statement));
  // Of a pattern most must be: "ec2:Describe*" is not wrong for the few that could be limited.
  const scoped = real.filter(
    ({ facts }) => facts.filter(f => f.scoped && f.name !== 'iam:PassRole').length * 2 > facts.length,
  );
  if (scoped.length === 0) return findings;
  const names = scoped.map(({ node }) => node.value);
  const message =
    names.length === 1
      ? `${names[0] ?? ''} can be limited to resource ARNs; "${star.value}" allows it on all of them.`
      : `${names.length} of these actions can be limited to resource ARNs (${listed(names)}); "${star.value}" allows them on all.`;
  return [...findings, { code: 'resource-could-be-scoped', severity: 'warning', message, ...place(star) }];
}

function passRole(node: PolicyNode, statement: PolicyNode): PermissionFinding {
  const condition = entry(statement, 'Condition');
  return {
    code: 'pass-role-any',
    severity: 'warning',
    message: `iam:PassRole on every role of the account: an administrator's role can be passed too. Name the roles${condition === undefined ? ' and set iam:PassedToService' : ''}.`,
    ...place(node),
  };
}

function unknown(node: TextNode, context: PolicyContext): PermissionFinding {
  const { actions } = context.reference;
  const [service = '', ...rest] = node.value.split(':');
  const name = rest.join(':');
  const known = actions.hasService(service);
  const { text, replacement } = suggestion(node.value, service, name, context);
  const what =
    rest.length === 0
      ? `"${node.value}" is not an action: it has no service in front, as in "s3:GetObject".`
      : /[*?]/.test(service)
        ? `IAM takes no wildcard in the service: "${node.value}".`
        : !known
          ? `IAM has no service "${service}".`
          : /[*?]/.test(name)
            ? `No action of IAM matches "${node.value}".`
            : `IAM has no action "${node.value}".`;
  return {
    code: known || rest.length === 0 ? 'unknown-action' : 'unknown-service',
    // IAM takes a pattern that matches nothing today.
    severity:
      (known && (/[*?]/.test(name) || partlyListed.test(node.value))) || idleNames.has(node.value.toLowerCase())
        ? 'warning'
        : 'error',
    message: `${what}${text}`,
    ...place(node),
    ...(replacement !== undefined &&
      isWritten(node, context) && {
        fix: {
          title: `Change to ${replacement}`,
          edits: [{ span: place(node), newText: quoted(replacement, context.form) }],
        },
      }),
  };
}

function suggestion(
  value: string,
  service: string,
  name: string,
  context: PolicyContext,
): { readonly text: string; readonly replacement?: string } {
  const { actions } = context.reference;
  const permission = otherPermission(value);
  if (permission !== undefined) return { text: ` The permission for it is "${permission}".`, replacement: permission };
  const bare = name === '' ? value : name;
  const elsewhere = context.reference.elsewhere(bare.trim());
  const [only, ...others] = elsewhere;
  const known = actions.hasService(service);
  if (known && !/[*?]/.test(name)) {
    const near = actions.nearest(value);
    if (near !== undefined) return { text: ` The nearest that exists is "${near}".`, replacement: near };
  }
  if (!known && name !== '' && !/[*?]/.test(service)) {
    const near = actions.nearest(value);
    const fixed = near === undefined ? undefined : `${near}:${name}`;
    const fact = fixed === undefined ? undefined : actions.matching(fixed)[0];
    if (near !== undefined && fixed !== undefined && (fact !== undefined || only === undefined))
      return {
        text: ` The nearest that exists is "${near}".`,
        replacement: fact !== undefined && !/[*?]/.test(name) ? fact.name : fixed,
      };
  }
  if (only === undefined) return { text: '' };
  if (others.length === 0) return { text: ` There is "${only.name}".`, replacement: only.name };
  return { text: ` There are ${listed(elsewhere.map(f => `"${f.name}"`))}.` };
}

function duplicate(node: TextNode, list: PolicyNode | undefined, context: PolicyContext): PermissionFinding {
  const items = list?.kind === 'array' ? list.items : [];
  const before = items[items.indexOf(node) - 1];
  const fix =
    before !== undefined && isWritten(node, context) && before.end < node.start
      ? { title: 'Remove the second one', edits: [{ span: { start: before.end, end: node.end }, newText: '' }] }
      : undefined;
  const message = `${node.value} stands twice in this statement.`;
  return { code: 'duplicate-action', severity: 'warning', message, ...place(node), ...(fix && { fix }) };
}

/** Moves actions that take no resource behind the statement, into one of their own for "*". */
function ownStatement(
  statement: PolicyNode,
  parent: PolicyNode,
  moved: readonly TextNode[],
  context: PolicyContext,
): PermissionFinding['fix'] {
  const list = entry(statement, 'Action')?.value;
  const resource = entry(statement, 'Resource')?.value;
  if (list === undefined || resource === undefined || !moved.every(m => isWritten(m, context))) return undefined;
  const star = context.form === 'document' ? '["*"]' : '"*"';
  const rest = listOf(list).filter(n => !moved.some(m => m === n));
  if (rest.length === 0) {
    if (!isPlainList(resource, context)) return undefined;
    return { title: 'Change the resource to "*"', edits: [{ span: place(resource), newText: star }] };
  }
  if (parent.kind !== 'array' || !isPlainList(list, context)) return undefined;
  const { text, form } = context;
  const lineStart = text.lastIndexOf('\n', statement.start) + 1;
  const indent = /^[ \t]*/.exec(text.slice(lineStart, statement.start))?.[0] ?? '';
  const effect = entry(statement, 'Effect')?.value;
  const effectText = effect?.kind === 'string' ? effect.value : 'Allow';
  const actions = moved.map(m => text.slice(m.start, m.end)).join(', ');
  const added =
    form === 'document'
      ? `\n\n${indent}statement {\n${effectText === 'Deny' ? `${indent}  effect    = "Deny"\n` : ''}${indent}  actions   = [${actions}]\n${indent}  resources = ["*"]\n${indent}}`
      : form === 'expression'
        ? `,\n${indent}{\n${indent}  Effect   = "${effectText}"\n${indent}  Action   = [${actions}]\n${indent}  Resource = "*"\n${indent}}`
        : `,\n${indent}{ "Effect": "${effectText}", "Action": [${actions}], "Resource": "*" }`;
  return {
    title: 'Move what takes no resource to an own statement',
    edits: [
      {
        span: place(list),
        newText: listText(
          rest.map(n => text.slice(n.start, n.end)),
          list,
          text,
        ),
      },
      { span: { start: statement.end, end: statement.end }, newText: added },
    ],
  };
}

/** A bucket's ARN and that of its objects differ by "/*"; the two are mixed up more often than anything else. */
function s3Fix(
  facts: readonly ActionFact[],
  resource: PolicyNode,
  texts: readonly TextNode[],
  replace: boolean,
  context: PolicyContext,
): PermissionFinding['fix'] {
  const [fact] = facts;
  if (fact === undefined || !/^s3:/.test(fact.name) || !context.exact) return undefined;
  if (resource.kind !== 'string' && !isPlainList(resource, context)) return undefined;
  const written = texts.map(t => context.text.slice(t.start, t.end));
  const changed = texts.flatMap((t, i) => {
    const other = t.value.endsWith('/*') ? t.value.slice(0, -2) : `${t.value}/*`;
    const source = otherText(written[i] ?? '', context.form);
    return source !== undefined && takes(fact, other, context) ? [source] : [];
  });
  if (changed.length !== texts.length || written.some(w => w === '')) return undefined;
  const wanted = replace ? changed : [...new Set([...written, ...changed])];
  const newText =
    resource.kind === 'string' && wanted.length > 1
      ? `[${wanted.join(', ')}]`
      : listText(wanted, resource, context.text);
  return {
    title: `${replace ? 'Change to' : 'Add'} ${changed.join(', ')}`,
    edits: [{ span: place(resource), newText }],
  };
}

/** `"x"` ↔ `"x/*"`, and in HCL `aws_s3_bucket.x.arn` → `"${aws_s3_bucket.x.arn}/*"`. */
function otherText(written: string, form: PolicyContext['form']): string | undefined {
  if (written.startsWith('"') && written.endsWith('"')) {
    if (!written.endsWith('/*"')) return `${written.slice(0, -1)}/*"`;
    const bare = `${written.slice(0, -3)}"`;
    const alone = /^"\$\{([^{}"]+)\}"$/.exec(bare)?.[1];
    return form !== 'json' && alone !== undefined ? alone : bare;
  }
  return form !== 'json' && /^[\w.[\]-]+$/.test(written) ? `"\${${written}}/*"` : undefined;
}
