import type { Caller } from './account';
import { noSuchEntity } from './awsError';
import type { Params } from './params';
import { like } from './trustDecision';
import type { XmlValue } from './xml';

/** SimulatePrincipalPolicy for a caller of this server: what its allow and deny lists decide. */
export function simulatePrincipalPolicy(callers: ReadonlyMap<string, Caller>, params: Params): XmlValue {
  const source = params.required('PolicySourceArn', /^[^]*$/, 2048, 20);
  const caller = [...callers.values()].find(c => c.arn === source);
  if (caller === undefined) throw noSuchEntity(`The principal ${source} cannot be found.`);
  const resources = params.list('ResourceArns');
  const decide = (action: string): string => {
    const any = (patterns: readonly string[]): boolean =>
      patterns.some(p => like(p.toLowerCase(), action.toLowerCase()));
    return any(caller.deny) ? 'explicitDeny' : any(caller.allow) ? 'allowed' : 'implicitDeny';
  };
  return {
    EvaluationResults: params.list('ActionNames').flatMap(action =>
      (resources.length > 0 ? resources : ['*']).map(resource => ({
        EvalActionName: action,
        EvalResourceName: resource,
        EvalDecision: decide(action),
        MatchedStatements: [],
        MissingContextValues: [],
      })),
    ),
    IsTruncated: false,
  };
}
