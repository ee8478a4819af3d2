import type { Span } from '../../../core/text';
import { type SubjectKind, subjectText } from '../../../oidc/subject';
import { hasHole } from '../../policy/patterns/holes';
import { reachOf } from '../../policy/patterns/subjects';
import { isSubjectClause, type Policy, type Statement } from '../../policy/statement';
import { evaluate } from '../../policy/webIdentity';
import { type TrustExpectation, type TrustFinding, trustFinding } from './trustFinding';
import type { TrustRuleId } from './trustRules';

/** The runs that are tried: one for each phase, or the one test run of a module. */
interface Tried {
  readonly who: string;
  /** The organization was given, or stands in the policy. Otherwise an invented one is tried: it gets in where any does. */
  readonly isNamed: boolean;
  readonly what: 'workspace' | 'Stack' | 'module';
  /** Word of the code `…-refused`. */
  readonly code: TrustRuleId;
  readonly subjects: readonly { readonly phase: string; readonly subject: string }[];
}

/** An organization that no policy names. */
const invented = 'qorganization-7z';

/** With names given: do the runs of this workspace, Stack or module get in? Nothing is said without them, or where only Terraform knows the host. */
export function reachable(
  policy: Policy,
  allows: readonly Statement[],
  hostname: string,
  expected: TrustExpectation,
  root: Span,
): readonly TrustFinding[] {
  if (allows.length === 0 || hasHole(hostname)) return [];
  const span = { start: root.start, end: root.start + 1 };
  const audience = expected.audience ?? 'aws.workload.identity';
  return triedRuns(allows, expected).flatMap(tried => {
    const decisions = tried.subjects.map(({ phase, subject }) => ({
      phase,
      ...evaluate(policy, { hostname, subject, audience }),
    }));
    return verdictOf(tried, decisions).map(finding => trustFinding({ ...finding, ...span }));
  });
}

type Decided = Pick<ReturnType<typeof evaluate>, 'decision' | 'why'> & { readonly phase: string };

function verdictOf(tried: Tried, decisions: readonly Decided[]): readonly Pick<TrustFinding, 'code' | 'message'>[] {
  const open = decisions.filter(d => d.decision === 'allow');
  const other = decisions.find(d => d.decision !== 'allow');
  const [only] = open;
  if (other === undefined) return [];
  const subject = tried.what === 'workspace' ? 'runs' : `runs of ${tried.who}`;
  if (only !== undefined) {
    const message = `Only ${only.phase} ${subject} may assume the role; ${other.phase} runs need a role of their own.`;
    return [{ code: 'one-phase', message }];
  }
  const why = [...new Set(decisions.flatMap(d => d.why))];
  if (decisions.some(d => d.decision === 'undecided')) {
    const message = `Whether the ${tried.what} may assume the role cannot be told from the policy: ${why.join(' ')}`;
    return [{ code: 'undecided', message }];
  }
  const message = tried.isNamed
    ? `Runs of ${tried.who} are refused. ${why.slice(0, 2).join(' ')}`
    : `No subject of the policy is one of ${tried.who}.`;
  return [{ code: tried.code, message }];
}

function triedRuns(allows: readonly Statement[], expected: TrustExpectation): readonly Tried[] {
  const phased = (kind: SubjectKind, names: Readonly<Record<string, string>>): Tried['subjects'] =>
    (['plan', 'apply'] as const).map(phase => ({
      phase,
      subject: subjectText(kind, { ...names, run_phase: phase, operation: phase }),
    }));
  const { organization, workspace, stack, module } = expected;
  if (module !== undefined) {
    const found = namesInPolicy(allows, 'module-test', given({ organization, module }));
    const owner = organization ?? found['organization'];
    const subject = subjectText('module-test', { organization: owner ?? invented, module });
    const who = `the module "${module}"${owner === undefined ? '' : ` (${owner})`}`;
    const subjects = [{ phase: 'test', subject }];
    return [{ who, isNamed: owner !== undefined, what: 'module', code: 'module-refused', subjects }];
  }
  if (stack !== undefined) return stackRuns(allows, expected, stack, phased);
  if (organization === undefined || workspace === undefined) return [];
  // Without a project its segment stays open: the question is then whether any project would do.
  const project = expected.project ?? projectIn(allows) ?? 'Default Project';
  const who = `${organization}/${workspace} (project "${project}")`;
  const subjects = phased('workspace', { organization, project, workspace });
  return [{ who, isNamed: true, what: 'workspace', code: 'workspace-refused', subjects }];
}

/** One question for each deployment that was named; without one, whether there is a deployment that gets in. */
function stackRuns(
  allows: readonly Statement[],
  { organization, project, deployments = [] }: TrustExpectation,
  stack: string,
  phased: (kind: SubjectKind, names: Readonly<Record<string, string>>) => Tried['subjects'],
): readonly Tried[] {
  const asked = deployments.length > 0 ? deployments : [undefined];
  return asked.map((deployment): Tried => {
    const found = namesInPolicy(allows, 'stack', given({ organization, project, stack, deployment }));
    const owner = organization ?? found['organization'];
    const names = {
      organization: owner ?? invented,
      project: project ?? found['project'] ?? 'Default Project',
      stack,
      deployment: deployment ?? found['deployment'] ?? 'any',
    };
    const where = owner === undefined ? '' : `${owner}, project "${names.project}"`;
    const words = [where, ...(deployment === undefined ? [] : [`deployment "${deployment}"`])].filter(w => w !== '');
    const who = `the Stack "${stack}"${words.length > 0 ? ` (${words.join(', ')})` : ''}`;
    const subjects = phased('stack', names);
    return { who, isNamed: owner !== undefined, what: 'Stack', code: 'stack-refused', subjects };
  });
}

const given = (names: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(names).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

/** The names of a token that some value of the policy fits, with these among them; a name that only Terraform knows is left out. */
function namesInPolicy(
  allows: readonly Statement[],
  kind: SubjectKind,
  wanted: Readonly<Record<string, string>>,
): Readonly<Partial<Record<string, string>>> {
  for (const { value } of allows.flatMap(s => s.clauses).flatMap(c => (isSubjectClause(c) ? c.values : []))) {
    const [reach] = reachOf(narrowed(value, wanted), /[*?]/.test(value), 'a name', [kind]) ?? [];
    if (reach === undefined) continue;
    const fits = Object.entries(wanted).every(([name, text]) => reach.free.has(name) || reach.example[name] === text);
    if (!fits) continue;
    return Object.fromEntries(Object.entries(reach.example).filter(([, text]) => !hasHole(text)));
  }
  return {};
}

/** A value whose open segments hold the names that are asked for. */
const narrowed = (value: string, wanted: Readonly<Record<string, string>>): string =>
  Object.entries(wanted).reduce(
    (text, [name, wish]) => text.replace(new RegExp(`((?:^|:)${name}:)\\*(?=:|$)`), (_, head: string) => head + wish),
    value,
  );

function projectIn(allows: readonly Statement[]): string | undefined {
  for (const s of allows) {
    for (const c of s.clauses) {
      for (const v of c.values) {
        const found = /^organization:[^:]*:project:([^:*?]+):workspace:/.exec(v.value)?.[1];
        if (found !== undefined) return found;
      }
    }
  }
  return undefined;
}
