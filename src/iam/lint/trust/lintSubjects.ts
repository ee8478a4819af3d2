import { parseSubject } from '../../../oidc/subject';
import { parseOperator } from '../../policy/conditions';
import { hasHole } from '../../policy/patterns/holes';
import { fitsSubject, type Reach, reachOf } from '../../policy/patterns/subjects';
import type { Clause, StringAt } from '../../policy/statement';
import { deadFindings } from './deadSubject';
import { type Found, type TrustExpectation, type TrustFinding, trustFinding } from './trustFinding';
import type { TrustRuleId } from './trustRules';

/** What one value of the subject condition says. */
export interface JudgedSubject {
  readonly value: StringAt;
  readonly findings: readonly TrustFinding[];
  /** `yes`: some token fits it. `unknown`: only with a value that stands elsewhere. */
  readonly fitsToken: 'yes' | 'no' | 'unknown';
}

/** One value of the subject condition: its form, and what its wildcards let in. */
export function judgeSubject(clause: Clause, v: StringAt, expected: TrustExpectation): JudgedSubject {
  const { operator } = parseOperator(clause.operator);
  const at = { start: v.start, end: v.end };
  const found: Found = (code, message, fix) => trustFinding({ code, message, ...at, ...(fix && { fix }) });
  const judged = (fitsToken: JudgedSubject['fitsToken'], ...findings: readonly TrustFinding[]): JudgedSubject => ({
    value: v,
    findings,
    fitsToken,
  });
  if (operator?.compares !== 'string' || operator.negated) return judged('unknown');
  if (/\$\{(?![*?$]\})/.test(v.value))
    return judged('unknown', found('policy-variable', 'A policy variable in the subject: only AWS knows its value.'));
  const { like } = operator;
  if (like && /^[*?]+$/.test(v.value)) {
    const message = 'A bare * lets in every organization of the host. For app.terraform.io IAM refuses it.';
    return judged('yes', found('any-subject', message));
  }
  // Wildcards of StringEquals have a finding of their own; the rest of the value is read as it was meant.
  const wildcards = like || /[*?]/.test(v.value);
  const reach = reachOf(v.value, wildcards, 'a name');
  if (reach !== undefined && reach.length > 0) {
    const ids = idFindings(v.value, found);
    if (ids.length > 0) return judged('no', ...ids);
    const notes = nameFindings(v.value, expected, found);
    const broad = like ? breadth(v.value, reach) : undefined;
    if (broad === undefined) return judged(like || !wildcards ? 'yes' : 'no', ...notes);
    return judged('yes', found(broad.code, broad.message));
  }
  if (reach === undefined || (hasHole(v.value) && reachOf(v.value, wildcards, 'any text')?.length !== 0)) {
    const message = `Whether "${v.value}" fits a token depends on values that are not known here.`;
    return judged('unknown', found('depends', message));
  }
  return judged('no', ...deadFindings(v, wildcards, expected, found));
}

/** Ids of HCP Terraform: a prefix and 16 letters or digits. A name may look so, but none does by chance. */
const ids: Readonly<Record<string, RegExp>> = {
  organization: /^org-[A-Za-z0-9]{16}$/,
  project: /^prj-[A-Za-z0-9]{16}$/,
  workspace: /^ws-[A-Za-z0-9]{16}$/,
  stack: /^st-[A-Za-z0-9]{16}$/,
};

function idFindings(text: string, found: Found): readonly TrustFinding[] {
  const segments = text.split(':');
  return segments.flatMap((value, i): readonly TrustFinding[] => {
    const segment = segments[i - 1] ?? '';
    if (i % 2 === 0 || ids[segment]?.test(value) !== true) return [];
    const message = `"${value}" is the id of a ${segment === 'stack' ? 'Stack' : segment}; the subject of a token holds its name.`;
    return [found('id-for-name', message.replace(' a organization', ' an organization'))];
  });
}

/** Names that a subject could carry, and that examples use for "put yours here": `ORG_NAME`, `YOUR_TFC_ORG_NAME_HERE`, `your-workspace`. */
const placeholder =
  /^(?:(?:YOUR|MY|INSERT|REPLACE(?:[_-]WITH)?)[_-])?(?:(?:TFC|TFE|HCP|TERRAFORM)[_-])*(?:ORG|ORGANI[SZ]ATION|PROJECT|WORKSPACE|STACK|MODULE)(?:[_-]?(?:NAME|ID))?(?:[_-]HERE)?$|^your[_-][a-z_-]*(?:org|organi[sz]ation|project|workspace|stack|module)(?:[_-]?name)?$/;

/** Differences to the names that were given, and names that look like a slip. Case and blanks are the ones that people overlook. */
function nameFindings(text: string, expected: TrustExpectation, found: Found): readonly TrustFinding[] {
  const segments = parseSubject(text.replace(/(:workspace:[^:]*):\*+$/, '$1:run_phase:*'))?.segments ?? {};
  const out: TrustFinding[] = [];
  for (const name of ['organization', 'project', 'workspace', 'stack', 'module'] as const) {
    const wanted = expected[name];
    const written = segments[name];
    if (written !== undefined && written !== wanted && placeholder.test(written)) {
      const message = `The ${name} "${written}" looks like a placeholder that was left in. Write the name as HCP Terraform shows it.`;
      out.push(found('placeholder', message));
    }
    if (wanted === undefined || written === undefined || written === wanted || /[*?\uE000]/.test(written)) continue;
    if (written.trim().toLowerCase() === wanted.toLowerCase()) {
      const message = `The ${name} is "${written}" here and "${wanted}" in HCP Terraform. Every letter counts.`;
      out.push(found('name-differs', message));
    }
  }
  const project = segments['project'] ?? '';
  if (/^default([-_ ]?project)?$/i.test(project) && project !== 'Default Project' && expected.project === undefined) {
    const message = `The project is "${project}". The first project of an organization is called "Default Project", written so.`;
    out.push(found('default-project', message));
  } else if (/^[^*?\uE000]{1,2}$/.test(project) && project !== expected.project) {
    const message = `The project is "${project}". HCP Terraform wants at least 3 characters in the name of a project.`;
    out.push(found('short-project', message));
  }
  return out;
}

interface Breadth {
  readonly code: TrustRuleId;
  readonly message: string;
}

/** What a value lets in beyond one workspace, Stack or module; `undefined` where nothing. */
function breadth(text: string, reach: readonly Reach[]): Breadth | undefined {
  const broad = (code: TrustRuleId, message: string): Breadth => ({ code, message });
  const organization = reach[0]?.example['organization'] ?? '';
  if (reach.some(r => r.free.has('organization')))
    return broad(
      'any-organization',
      'The wildcard begins before the organization ends. Anyone can create an organization whose name fits, and assume the role.',
    );
  const of = (kind: Reach['kind']): Reach | undefined => reach.find(r => r.kind === kind);
  const [workspace, stack, module] = [of('workspace'), of('stack'), of('module-test')];
  const open = [
    ...(workspace?.free.has('workspace') === true ? ['other workspaces'] : []),
    ...(stack !== undefined && (stack.free.has('stack') || stack.free.has('project')) ? ['other Stacks'] : []),
    ...(module?.free.has('module') === true ? ['the tests of other modules'] : []),
  ];
  // A Stack may be called "workspace" too; what is written as a workspace is told as one.
  if (workspace?.free.has('workspace') === true && text.includes(':workspace:'))
    return anyWorkspace(text, workspace, broad);
  if (reach.length > 1) {
    const project = reach.every(r => r.free.has('project')) ? undefined : (workspace ?? stack)?.example['project'];
    if (module !== undefined && open.length === 3 && fitsNames(text, reach))
      return broad(
        'whole-organization',
        `Everything in ${isName(organization) ? organization : 'the organization'} may assume the role: every workspace, Stack and module test.`,
      );
    if (project !== undefined && module === undefined && open.length === 2 && fitsNames(text, reach))
      return broad('whole-project', `Every workspace and Stack of the project "${project}" may assume the role.`);
    const kinds = reach.map(r => r.kind.replace('stack', 'Stack').replace('module-test', 'module test'));
    return broad(
      'open-pattern',
      `The pattern fits subjects of more than one kind (${kinds.join(', ')})${open.length > 0 ? `: ${open.join(', ')}` : ''}.`,
    );
  }
  if (workspace?.free.has('workspace') === true) return anyWorkspace(text, workspace, broad);
  // With an exact workspace the project adds nothing to who gets in: names of workspaces are unique in an organization.
  if (stack !== undefined && open.length > 0)
    return broad('stack-pattern', 'The pattern fits other Stacks too, also one that somebody creates tomorrow.');
  if (stack?.free.has('deployment') === true)
    return broad(
      'any-deployment',
      `Deployments of the Stack "${stack.example['stack'] ?? ''}" whose names fit may assume the role, and no other Stack.`,
    );
  if (module?.free.has('module') === true)
    return broad('module-pattern', 'The pattern fits the tests of other modules too.');
  return undefined;
}

/** Is the name known? A part that only Terraform knows is no name. */
const isName = (text: string): boolean => /^[\w -]+$/.test(text);

function ofProject({ free, example }: Reach): string {
  const project = example['project'];
  if (free.has('project') || project === undefined) return '';
  return isName(project) ? ` of the project "${project}"` : ' of the project';
}

function anyWorkspace(text: string, workspace: Reach, broad: (code: TrustRuleId, message: string) => Breadth): Breadth {
  if (fitsNames(text, [workspace]))
    return broad(
      'any-workspace',
      `Every workspace${ofProject(workspace)} may assume the role, also one that somebody creates tomorrow.`,
    );
  const name = parseSubject(text.replace(/:\*+$/, ':run_phase:*'))?.segments['workspace'];
  const message =
    name === undefined || !/[*?]/.test(name)
      ? 'The pattern also fits workspaces that somebody creates tomorrow.'
      : `"${name}" also fits workspaces that somebody creates tomorrow, such as "${name.replaceAll('*', '-evil').replaceAll('?', 'x')}".`;
  return broad('workspace-pattern', message);
}

/** Does the pattern take any name at all of what is free? Asked with names that nobody would write into one. */
function fitsNames(text: string, reach: readonly Reach[]): boolean {
  return reach.every(({ kind, example, free }) => {
    const strange = Object.fromEntries([...free].map(segment => [segment, `q${segment}-7z`]));
    return fitsSubject(text, kind, { ...example, ...strange });
  });
}
