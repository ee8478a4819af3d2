import { baseOperator, list, readPolicy, type Statement } from './policyGrammar';

/** What STS knows of a request: condition keys in lower case. */
export type RequestKeys = ReadonlyMap<string, readonly string[]>;

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);

/** `*` and `?` of StringLike, without backtracking. */
export function like(pattern: string, value: string): boolean {
  let p = 0;
  let v = 0;
  let star = -1;
  let mark = 0;
  while (v < value.length) {
    if (p < pattern.length && (pattern[p] === '?' || (pattern[p] !== '*' && pattern[p] === value[v]))) {
      p++;
      v++;
    } else if (pattern[p] === '*') {
      star = p++;
      mark = v;
    } else if (star >= 0) {
      p = star + 1;
      v = ++mark;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

type Test = (wanted: string, actual: string) => boolean;
const tests: Readonly<Record<string, Test>> = {
  StringEquals: (w, a) => w === a,
  StringLike: like,
  StringEqualsIgnoreCase: (w, a) => w.toLowerCase() === a.toLowerCase(),
  ArnEquals: like,
  ArnLike: like,
  Bool: (w, a) => w.toLowerCase() === a.toLowerCase(),
};

function holds(operator: string, wanted: readonly string[], actual: readonly string[] | undefined): boolean {
  const { base, set, ifExists } = baseOperator(operator);
  if (base === 'Null') return wanted.some(w => (w === 'true') === (actual === undefined));
  if (actual === undefined) {
    if (set === 'all' || ifExists) return true;
    return base.includes('Not') && set === undefined;
  }
  const negated = base.includes('Not');
  const test = tests[base.replace('Not', '')];
  if (test === undefined) return false;
  const one = (a: string): boolean => (negated ? !wanted.some(w => test(w, a)) : wanted.some(w => test(w, a)));
  return set === 'all' ? actual.every(one) : set === 'any' ? actual.some(one) : actual.every(one);
}

export function conditionsHold(condition: unknown, keys: RequestKeys): boolean {
  if (!isObject(condition)) return true;
  return Object.entries(condition).every(
    ([operator, block]) =>
      isObject(block) &&
      Object.entries(block).every(([key, values]) =>
        holds(operator, list(values).map(String), keys.get(key.toLowerCase())),
      ),
  );
}

export function actionMatches(statement: Statement, action: string): boolean {
  const any = (v: unknown): boolean => list(v).some(a => like(String(a).toLowerCase(), action.toLowerCase()));
  return statement['Action'] !== undefined ? any(statement['Action']) : !any(statement['NotAction']);
}

export type Principal = { readonly kind: 'Federated' | 'AWS'; readonly values: readonly string[] };

function principalMatches(statement: Statement, principal: Principal): boolean {
  const matches = (p: unknown): boolean => {
    if (p === '*') return true;
    if (!isObject(p)) return false;
    return list(p[principal.kind]).some(v => v === '*' || principal.values.includes(String(v)));
  };
  return statement['Principal'] !== undefined ? matches(statement['Principal']) : !matches(statement['NotPrincipal']);
}

/** Does the trust policy let this principal do `action`? An explicit Deny wins. */
export function trusts(trustPolicy: string, principal: Principal, action: string, keys: RequestKeys): boolean {
  const applying = readPolicy(trustPolicy).filter(
    s => actionMatches(s, action) && principalMatches(s, principal) && conditionsHold(s['Condition'], keys),
  );
  return applying.some(s => s['Effect'] === 'Allow') && !applying.some(s => s['Effect'] === 'Deny');
}
