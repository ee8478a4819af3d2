import { type ConditionOperator, operatorNames, parseOperator } from '../../policy/conditions';
import { entry, listOf, type PolicyNode } from '../../policy/node';
import { closest } from '../../reference/actions';
import type { ConditionKey } from '../../reference/conditionKeys';
import { type PermissionFinding, place, type PolicyContext, quoted } from './permissionFinding';
import { anyName, anyText } from '../../policy/patterns/resourcePattern';

const known = (text: string): boolean => !text.includes(anyText) && !text.includes(anyName);

/** Operators, keys and values of a statement's conditions. */
export function lintConditions(statement: PolicyNode, context: PolicyContext): readonly PermissionFinding[] {
  const condition = entry(statement, 'Condition')?.value;
  if (condition === undefined || condition.kind === 'unknown') return [];
  if (condition.kind !== 'object') {
    const message = 'A Condition is an object: { "OPERATOR": { "KEY": "VALUE" } }. IAM refuses this one.';
    return [{ code: 'condition-type', severity: 'error', message, ...place(condition) }];
  }
  const effect = entry(statement, 'Effect')?.value;
  const allows = effect?.kind === 'string' && effect.value === 'Allow';
  // Terraform joins condition blocks; in JSON the same key twice loses one of them.
  const twice = context.form === 'document' ? [] : repeated(condition);
  return [
    ...twice,
    ...condition.entries.flatMap(({ key: operator, keySpan, value }): readonly PermissionFinding[] => {
      if (!known(operator)) return [];
      const { base, set } = parseOperator(operator);
      const real = operatorNames.find(o => o.toLowerCase() === base);
      if (real === undefined) return [unknownOperator(operator, keySpan, context)];
      if (value.kind === 'unknown') return [];
      if (value.kind !== 'object') {
        const message = `${operator} takes an object: { "KEY": "VALUE" }. IAM refuses this one.`;
        return [{ code: 'condition-type', severity: 'error', message, ...place(value) }];
      }
      return [
        ...(context.form === 'document' ? [] : repeated(value)),
        ...value.entries.flatMap(({ key, keySpan: at, value: values }) =>
          known(key) && !key.includes('${') ? lintKey({ real, operator, set, allows }, key, at, values, context) : [],
        ),
      ];
    }),
  ];
}

function repeated(node: PolicyNode): readonly PermissionFinding[] {
  const seen = new Set<string>();
  return (node.kind === 'object' ? node.entries : []).flatMap(({ key, keySpan }): readonly PermissionFinding[] => {
    const again = seen.has(key.toLowerCase());
    seen.add(key.toLowerCase());
    const message = `"${key}" stands twice in one object; IAM refuses it, or takes only the last one.`;
    return again ? [{ code: 'duplicate-element', severity: 'error', message, ...place(keySpan) }] : [];
  });
}

type At = Pick<PermissionFinding, 'start' | 'end'>;

function unknownOperator(operator: string, at: At, context: PolicyContext): PermissionFinding {
  const { base, set, ifExists } = parseOperator(operator);
  const near = closest(
    base,
    operatorNames.map(o => o.toLowerCase()),
  );
  const name = operatorNames.find(o => o.toLowerCase() === near);
  const prefix = set === undefined ? '' : `For${set === 'any' ? 'AnyValue' : 'AllValues'}:`;
  const wanted = name === undefined ? undefined : `${prefix}${name}${ifExists ? 'IfExists' : ''}`;
  return {
    code: 'unknown-operator',
    severity: 'error',
    message: `IAM has no condition operator "${operator}".${wanted === undefined ? '' : ` The nearest is "${wanted}".`}`,
    ...place(at),
    ...(wanted !== undefined && rename(operator, wanted, at, context)),
  };
}

interface Use {
  /** The operator without set and IfExists, in AWS's letters. */
  readonly real: string;
  readonly operator: string;
  readonly set: 'any' | 'all' | undefined;
  readonly allows: boolean;
}

function lintKey(
  use: Use,
  key: string,
  at: At,
  values: PolicyNode,
  context: PolicyContext,
): readonly PermissionFinding[] {
  const { conditionKeys } = context.reference;
  const findings: PermissionFinding[] = [];
  const found = conditionKeys.find(key);
  if (found === undefined) {
    const near = conditionKeys.nearest(key);
    const judged = conditionKeys.judges(key) || (near?.startsWith('aws:') === true && /^(?:aw|was|asw)/i.test(key));
    if (!judged) return valueFindings(use, undefined, values);
    const hint = near === undefined ? '' : ` The nearest is "${near}".`;
    findings.push({
      code: 'unknown-condition-key',
      severity: 'warning',
      message: `IAM has no condition key "${key}": no request carries it.${hint}`,
      ...place(at),
      ...(near !== undefined && !near.endsWith('/') && rename(key, near, at, context)),
    });
    return findings;
  }
  const kind = kindOf(use.real);
  if (kind !== undefined && !fits(kind, found)) {
    findings.push({
      code: 'condition-type',
      severity: 'warning',
      message: `${use.operator} compares ${kind}s, and ${found.name} is of type ${found.types.join(' or ')}: use ${instead(found, use.real)}.`,
      ...place(at),
    });
    return findings;
  }
  if (found.many && use.set === undefined && use.real !== 'Null') {
    const message = `A request has a list of values for ${found.name}: say ForAnyValue:${use.operator} or ForAllValues:${use.operator}.`;
    findings.push({ code: 'condition-type', severity: 'warning', message, ...place(at) });
  }
  if (!found.many && found.name.startsWith('aws:') && use.set === 'all' && use.allows) {
    const message = `ForAllValues holds where the request has no ${found.name} at all; it has one value, so leave ForAllValues out.`;
    findings.push({ code: 'condition-type', severity: 'warning', message, ...place(at) });
  }
  return [...findings, ...valueFindings(use, found, values)];
}

type Kind = Exclude<ConditionOperator['compares'], 'binary value'>;

function kindOf(name: string): Kind | undefined {
  const compares = parseOperator(name).operator?.compares;
  return compares === 'binary value' ? undefined : compares;
}

/** Texts and ARNs are compared with each other's operators often enough, and it works. */
const typesOf: Readonly<Record<Kind, readonly string[]>> = {
  string: ['String', 'ARN'],
  ARN: ['String', 'ARN'],
  number: ['Numeric'],
  date: ['Date'],
  boolean: ['Bool'],
  'IP address': ['IPAddress'],
};
const operatorFor: Readonly<Record<string, string>> = {
  String: 'String',
  ARN: 'Arn',
  Bool: 'Bool',
  Numeric: 'Numeric',
  Date: 'Date',
  IPAddress: 'IpAddress',
};

const fits = (kind: Kind, key: ConditionKey): boolean => key.types.some(type => typesOf[kind].includes(type));

function instead(key: ConditionKey, operator: string): string {
  const [type = 'String'] = key.types;
  const family = operatorFor[type] ?? 'String';
  if (family === 'Bool') return 'Bool';
  if (family === 'IpAddress') return /Not/.test(operator) ? 'NotIpAddress' : 'IpAddress';
  return `${family}${/Not/.test(operator) ? 'NotEquals' : 'Equals'} or another ${family}… operator`;
}

const wantedValue: Readonly<Partial<Record<Kind, readonly [(value: string) => boolean, string]>>> = {
  number: [value => /^[+-]?\d+(?:\.\d+)?$/.test(value), 'a number'],
  boolean: [value => /^(?:true|false)$/i.test(value), '"true" or "false"'],
  'IP address': [isCidr, 'an IP address or a range such as "203.0.113.0/24"'],
  date: [
    value => /^\d+$/.test(value) || (/^\d{4}(?:-|$)/.test(value) && !Number.isNaN(Date.parse(value))),
    'a date such as "2026-01-31T00:00:00Z", or seconds since 1970',
  ],
};

function isCidr(value: string): boolean {
  const [address = '', bits, ...more] = value.split('/');
  const version = ipVersion(address);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** 4, 6, or 0 for what is no address. The extension in a browser has no node:net. */
function ipVersion(address: string): 0 | 4 | 6 {
  const octets = address.split('.');
  if (octets.length === 4 && octets.every(o => /^\d{1,3}$/.test(o) && Number(o) <= 255)) return 4;
  const [head = '', tail, ...more] = address.split('::');
  const groups = [head, tail ?? ''].flatMap(part => (part === '' ? [] : part.split(':')));
  if (more.length > 0 || !groups.every(g => /^[0-9a-f]{1,4}$/i.test(g))) return 0;
  return tail === undefined ? (groups.length === 8 ? 6 : 0) : groups.length < 8 ? 6 : 0;
}

function valueFindings(use: Use, key: ConditionKey | undefined, values: PolicyNode): readonly PermissionFinding[] {
  const kind = use.real === 'Null' ? 'boolean' : kindOf(use.real);
  const [good, wanted] = (kind === undefined ? undefined : wantedValue[kind]) ?? [];
  if (good === undefined || wanted === undefined) return [];
  return listOf(values).flatMap((node): readonly PermissionFinding[] => {
    const value = node.kind === 'string' ? node.value : node.kind === 'literal' ? String(node.value) : undefined;
    if (value === undefined || !known(value) || value.includes('${') || good(value)) return [];
    const message = `${use.operator}${key === undefined ? '' : ` on ${key.name}`} takes ${wanted}; "${value}" is none.`;
    return [{ code: 'condition-type', severity: 'error', message, ...place(node) }];
  });
}

function rename(old: string, wanted: string, at: At, context: PolicyContext): Pick<PermissionFinding, 'fix'> {
  const span = place(at);
  const written = context.text.slice(span.start, span.end);
  if (!context.exact || written.replace(/^"|"$/g, '') !== old) return {};
  // A key of HCL may stand without quotes, where it is a name.
  const newText = written.startsWith('"') || /[^A-Za-z0-9_]/.test(wanted) ? quoted(wanted, context.form) : wanted;
  return { fix: { title: `Change to ${wanted}`, edits: [{ span, newText }] } };
}
