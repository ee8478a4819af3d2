import { fail, ok, type Result } from '../../core/problem';
import type { AccountUse, ServiceUse, Simulated, SimulationQuestion } from './askedTypes';
import { all, date, objects, type Send, text, texts } from './read';

type Value = Readonly<Record<string, unknown>>;

type Pause = (milliseconds: number, signal: AbortSignal) => Promise<void>;

export const accountUse = (send: Send, pause: Pause): AccountUse => ({
  simulate: (question, signal) => simulate(send, question, signal),
  lastAccessed: (arn, signal) => lastAccessed(send, pause, arn, signal),
});

/** Actions and resources of one request: IAM takes no longer lists than a request of 1 MB; these are answered fast. */
const actionsAtOnce = 50;
const resourcesAtOnce = 20;

const chunks = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  items.length <= size ? [items] : [items.slice(0, size), ...chunks(items.slice(size), size)];

async function simulate(
  send: Send,
  { principal, actions, resources, context }: SimulationQuestion,
  signal: AbortSignal,
): Promise<Result<readonly Simulated[]>> {
  const out: Simulated[] = [];
  if (actions.length === 0) return ok(out);
  for (const some of chunks(actions, actionsAtOnce)) {
    for (const arns of chunks(resources, resourcesAtOnce)) {
      const results = await all(
        send,
        'SimulatePrincipalPolicy',
        {
          PolicySourceArn: principal,
          ActionNames: some,
          ...(arns.length > 0 && { ResourceArns: arns }),
          ...(context.length > 0 && {
            ContextEntries: context.map(({ key, values, type }) => ({
              ContextKeyName: key,
              ContextKeyValues: values,
              ContextKeyType: type,
            })),
          }),
        },
        'EvaluationResults',
        signal,
      );
      if (!results.ok) return results;
      out.push(...objects(results.value).flatMap(simulatedOf));
    }
  }
  return ok(out);
}

const object = (v: unknown): Value => (typeof v === 'object' && v !== null ? (v as Value) : {});
const said = (v: unknown): boolean | undefined => (typeof v === 'boolean' ? v : undefined);
const decisionOf = (v: unknown): Simulated['decision'] =>
  v === 'allowed' || v === 'explicitDeny' ? v : 'implicitDeny';

/** Decisions for each ARN stand in ResourceSpecificResults; the action's own is the most restrictive of them. */
function simulatedOf(result: Value): readonly Simulated[] {
  const action = text(result['EvalActionName']) ?? '';
  const byOrganization = said(object(result['OrganizationsDecisionDetail'])['AllowedByOrganizations']);
  const boundary = (of: Value): boolean | undefined =>
    said(object(of['PermissionsBoundaryDecisionDetail'])['AllowedByPermissionsBoundary']);
  const each = objects(result['ResourceSpecificResults']);
  if (each.length === 0)
    return [
      {
        action,
        resource: text(result['EvalResourceName']) ?? '*',
        decision: decisionOf(result['EvalDecision']),
        missing: texts(result['MissingContextValues']),
        byBoundary: boundary(result),
        byOrganization,
      },
    ];
  return each.map(one => ({
    action,
    resource: text(one['EvalResourceName']) ?? '*',
    decision: decisionOf(one['EvalResourceDecision']),
    missing: [...new Set([...texts(one['MissingContextValues']), ...texts(result['MissingContextValues'])])],
    byBoundary: boundary(one) ?? boundary(result),
    byOrganization,
  }));
}

/** Half a minute in all: a report that takes longer is asked for again by who wants it. */
const looks = 20;

async function lastAccessed(
  send: Send,
  pause: Pause,
  Arn: string,
  signal: AbortSignal,
): Promise<Result<readonly ServiceUse[]>> {
  const job = await send('GenerateServiceLastAccessedDetails', { Arn, Granularity: 'ACTION_LEVEL' }, signal);
  if (!job.ok) return fail(job.problem);
  const JobId = text(job.value['JobId']) ?? '';
  for (let look = 1; ; look++) {
    const reply = await send('GetServiceLastAccessedDetails', { JobId }, signal);
    if (!reply.ok) return fail(reply.problem);
    const status = reply.value['JobStatus'];
    if (status === 'COMPLETED') return report(send, JobId, signal);
    if (status === 'FAILED' || look === looks)
      return fail({
        code: status === 'FAILED' ? 'report-failed' : 'report-not-ready',
        message: `IAM's report of what ${Arn} used ${status === 'FAILED' ? 'failed' : 'is not ready yet'}.`,
        nextStep: 'Ask again in a minute.',
      });
    await pause(Math.min(3000, 250 * look), signal);
  }
}

async function report(send: Send, JobId: string, signal: AbortSignal): Promise<Result<readonly ServiceUse[]>> {
  const listed = await all(send, 'GetServiceLastAccessedDetails', { JobId }, 'ServicesLastAccessed', signal);
  if (!listed.ok) return listed;
  return ok(
    objects(listed.value).map(service => {
      const namespace = text(service['ServiceNamespace']) ?? '';
      const tracked = objects(service['TrackedActionsLastAccessed']);
      return {
        service: namespace,
        at: date(service['LastAuthenticated']),
        actions:
          tracked.length === 0
            ? undefined
            : tracked.map(a => ({
                action: `${namespace}:${text(a['ActionName']) ?? ''}`,
                at: date(a['LastAccessedTime']),
                region: text(a['LastAccessedRegion']),
              })),
      };
    }),
  );
}
