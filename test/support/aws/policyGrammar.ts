import { limitExceeded, malformed } from './awsError';

/**
 * What IAM checks of a policy document before it stores it
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html). Written apart from the
 * product's own reader on purpose: each is the other's second opinion.
 */

type Json = unknown;
export type Statement = Readonly<Record<string, Json>>;

const operators = new Set(
  [
    'StringEquals StringNotEquals StringEqualsIgnoreCase StringNotEqualsIgnoreCase StringLike StringNotLike',
    'NumericEquals NumericNotEquals NumericLessThan NumericLessThanEquals NumericGreaterThan NumericGreaterThanEquals',
    'DateEquals DateNotEquals DateLessThan DateLessThanEquals DateGreaterThan DateGreaterThanEquals',
    'Bool BinaryEquals IpAddress NotIpAddress ArnEquals ArnNotEquals ArnLike ArnNotLike Null',
  ]
    .join(' ')
    .split(' '),
);

const fields = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);

const isObject = (v: Json): v is Record<string, Json> => typeof v === 'object' && v !== null && !Array.isArray(v);

export const list = (v: Json): readonly Json[] => (v === undefined ? [] : Array.isArray(v) ? v : [v]);

function strings(v: Json): readonly string[] {
  const all = list(v);
  if (all.length === 0 || !all.every((x): x is string => typeof x === 'string')) {
    throw malformed('Syntax errors in policy.');
  }
  return all;
}

/** `StringLike` of `ForAnyValue:StringLikeIfExists`. */
export function baseOperator(name: string): { base: string; set: 'any' | 'all' | undefined; ifExists: boolean } {
  const set = name.startsWith('ForAnyValue:') ? 'any' : name.startsWith('ForAllValues:') ? 'all' : undefined;
  const rest = set ? name.slice(name.indexOf(':') + 1) : name;
  const ifExists = rest.endsWith('IfExists');
  return { base: ifExists ? rest.slice(0, -'IfExists'.length) : rest, set, ifExists };
}

/** Parses and checks what every policy must fulfil; the checks of one kind of policy follow. */
export function readPolicy(text: string): readonly Statement[] {
  if (text.length > 131_072) throw limitExceeded('The policy document is longer than 131072 characters.');
  if (!/^[\u0009\u000A\u000D\u0020-\u00FF]+$/.test(text)) {
    throw malformed('The policy contains characters that are not allowed.');
  }
  let policy: Json;
  try {
    policy = JSON.parse(text);
  } catch {
    throw malformed('This policy contains invalid Json');
  }
  if (!isObject(policy)) throw malformed('Syntax errors in policy.');
  for (const key of Object.keys(policy)) {
    if (!['Version', 'Id', 'Statement'].includes(key)) throw malformed('Syntax errors in policy.');
  }
  if (policy['Version'] !== undefined && policy['Version'] !== '2012-10-17' && policy['Version'] !== '2008-10-17') {
    throw malformed('The policy must contain a valid version string');
  }
  const statements = list(policy['Statement']);
  if (statements.length === 0) throw malformed('Missing required field Statement');
  const sids = new Set<string>();
  return statements.map(statement => {
    if (!isObject(statement)) throw malformed('Syntax errors in policy.');
    for (const key of Object.keys(statement)) if (!fields.has(key)) throw malformed('Syntax errors in policy.');
    const sid = statement['Sid'];
    if (sid !== undefined) {
      if (typeof sid !== 'string' || !/^[A-Za-z0-9]*$/.test(sid)) {
        throw malformed(
          'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
        );
      }
      if (sid !== '' && sids.has(sid)) throw malformed('Statement IDs (SID) in a single policy must be unique.');
      sids.add(sid);
    }
    if (statement['Effect'] !== 'Allow' && statement['Effect'] !== 'Deny') {
      throw malformed(
        statement['Effect'] === undefined
          ? 'Missing required field Effect'
          : 'Invalid effect: ' + String(statement['Effect']),
      );
    }
    checkActions(statement);
    checkConditions(statement['Condition']);
    return statement;
  });
}

function checkActions(statement: Statement): void {
  const has = [statement['Action'], statement['NotAction']].filter(v => v !== undefined);
  if (has.length === 0) throw malformed('Missing required field Action');
  if (has.length === 2) throw malformed('Syntax errors in policy.');
  for (const action of strings(has[0])) {
    if (action !== '*' && !/^[A-Za-z0-9-]+:[A-Za-z0-9*?]+$/.test(action)) {
      throw malformed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
    }
  }
}

function checkConditions(condition: Json): void {
  if (condition === undefined) return;
  if (!isObject(condition)) throw malformed('Syntax errors in policy.');
  for (const [name, block] of Object.entries(condition)) {
    if (!operators.has(baseOperator(name).base)) throw malformed(`Invalid Condition type : ${name}.`);
    if (!isObject(block)) throw malformed('Syntax errors in policy.');
    for (const [key, value] of Object.entries(block)) {
      if (!key.includes(':')) throw malformed('Conditions must be prefaced by a vendor, e.g., aws, sts, etc.');
      for (const v of list(value)) {
        if (!['string', 'boolean', 'number'].includes(typeof v)) throw malformed('Syntax errors in policy.');
      }
    }
  }
}

/** A permission policy (inline or managed). */
export function checkPermissionPolicy(text: string, partition: string): void {
  for (const statement of readPolicy(text)) {
    if (statement['Principal'] !== undefined || statement['NotPrincipal'] !== undefined) {
      throw malformed('Policy document should not specify a principal.');
    }
    const resources = statement['Resource'] ?? statement['NotResource'];
    if (resources === undefined) throw malformed('Policy statement must contain resources.');
    for (const resource of strings(resources)) {
      if (resource === '*') continue;
      const [arn, part, service] = resource.split(':');
      if (arn !== 'arn' || part === undefined || service === undefined || resource.split(':').length < 6) {
        throw malformed(`Resource ${resource} must be in ARN format or "*".`);
      }
      if (part !== partition && part !== '*')
        throw malformed(`Partition "${part}" is not valid for resource "${resource}".`);
    }
  }
}

/** Shared providers whose subject a trust policy must evaluate (…/UserGuide/id_roles_providers_oidc_secure-by-default.html). */
const sharedProviders: Readonly<Record<string, string>> = {
  'app.terraform.io': 'app.terraform.io:sub',
  'token.actions.githubusercontent.com': 'token.actions.githubusercontent.com:sub',
  'gitlab.com': 'gitlab.com:sub',
  'scalr.io': 'scalr.io:sub',
};

const trustActions = new Set(
  [
    'assumerole',
    'assumerolewithwebidentity',
    'assumerolewithsaml',
    'tagsession',
    'setsourceidentity',
    'setcontext',
    '*',
  ].map(a => `sts:${a}`),
);

export function checkTrustPolicy(text: string, partition: string): void {
  for (const statement of readPolicy(text)) {
    if (statement['Resource'] !== undefined || statement['NotResource'] !== undefined) {
      throw malformed('Has prohibited field Resource');
    }
    if (statement['Principal'] === undefined && statement['NotPrincipal'] === undefined) {
      throw malformed('Missing required field Principal');
    }
    for (const action of list(statement['Action']) as readonly string[]) {
      if (!trustActions.has(action.toLowerCase()) && !/^sts:[a-z*?]*$/i.test(action)) {
        throw malformed('AssumeRole policy may only specify STS AssumeRole actions.');
      }
    }
    checkPrincipal(statement['Principal'] ?? statement['NotPrincipal'], partition);
    checkSharedProvider(statement);
  }
}

function checkPrincipal(principal: Json, partition: string): void {
  if (principal === '*') return;
  if (!isObject(principal) || Object.keys(principal).length === 0) throw malformed('Syntax errors in policy.');
  for (const [kind, values] of Object.entries(principal)) {
    for (const value of strings(values)) {
      if (kind === 'Federated') {
        const domain = /^[a-z0-9.-]+(\/[^\s:]*)?$/i.test(value) && value.includes('.');
        const arn = /^arn:[a-z-]+:iam::\d{12}:(saml-provider|oidc-provider)\/[^\s]+$/.test(value);
        if (!domain && !arn) throw malformed('Federated principals must be valid domain names or SAML metadata ARNs');
        if (arn && value.split(':')[1] !== partition)
          throw malformed(`Invalid principal in policy: "Federated":"${value}"`);
      } else if (kind === 'AWS') {
        const ok =
          value === '*' ||
          /^\d{12}$/.test(value) ||
          /^AROA[A-Z0-9]+$|^AIDA[A-Z0-9]+$/.test(value) ||
          new RegExp(`^arn:${partition}:(iam|sts)::\\d{12}:(root|user/.+|role/.+|assumed-role/.+)$`).test(value);
        if (!ok) throw malformed(`Invalid principal in policy: "AWS":"${value}"`);
      } else if (kind === 'Service') {
        if (!/^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$|^[a-z0-9-]+\.aws\.internal$/.test(value)) {
          throw malformed(`Invalid principal in policy: "SERVICE":"${value}"`);
        }
      } else if (kind !== 'CanonicalUser') {
        throw malformed(`Invalid principal in policy: "${kind}":"${value}"`);
      }
    }
  }
}

function checkSharedProvider(statement: Statement): void {
  if (statement['Effect'] !== 'Allow' || !isObject(statement['Principal'])) return;
  for (const federated of list(statement['Principal']['Federated']) as readonly string[]) {
    const host = federated.includes(':oidc-provider/') ? federated.slice(federated.indexOf('/') + 1) : federated;
    const key = sharedProviders[host];
    if (key === undefined) continue;
    const condition = isObject(statement['Condition']) ? statement['Condition'] : {};
    const evaluated = Object.entries(condition).some(
      ([operator, block]) =>
        ['StringEquals', 'StringLike', 'StringEqualsIgnoreCase'].includes(baseOperator(operator).base) &&
        isObject(block) &&
        Object.entries(block).some(
          ([name, values]) =>
            name.toLowerCase() === key.toLowerCase() &&
            list(values).length > 0 &&
            list(values).every(v => typeof v === 'string' && v !== '' && !/^\*+$/.test(v)),
        ),
    );
    if (!evaluated) {
      throw malformed(
        `Role trust policy for the identity provider ${host} must evaluate the condition key ${key} and it must not be only a wildcard.`,
      );
    }
  }
}

/** The size IAM counts: white space outside strings is free. */
export const policySize = (text: string): number => JSON.stringify(JSON.parse(text)).length;
