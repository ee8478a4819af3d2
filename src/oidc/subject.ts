import { fail, ok, type Result, unwrap } from '../core/problem';
import {
  type DeploymentName,
  type ModuleName,
  type OrganizationName,
  organizationName,
  type ProjectName,
  projectName,
  type StackName,
  type Subject,
  type WorkspaceName,
  workspaceName,
} from './names';

/**
 * The three grammars of the `sub` claim.
 * Workspaces: https://developer.hashicorp.com/terraform/cloud-docs/dynamic-provider-credentials/workload-identity-tokens
 * Stacks: https://developer.hashicorp.com/terraform/language/block/stack/tfdeploy/identity_token (127 characters at most)
 * Module tests: https://developer.hashicorp.com/terraform/cloud-docs/registry/test/dynamic-credentials/aws
 */
export type Phase = 'plan' | 'apply';

export interface WorkspaceIdentity {
  readonly kind: 'workspace';
  readonly organization: OrganizationName;
  readonly project: ProjectName;
  readonly workspace: WorkspaceName;
}

/** The identity of a workspace by its names as texts; a name that HCP Terraform would not take is thrown as a problem. */
export const workspaceIdentity = (organization: string, project: string, workspace: string): WorkspaceIdentity => ({
  kind: 'workspace',
  organization: unwrap(organizationName(organization)),
  project: unwrap(projectName(project)),
  workspace: unwrap(workspaceName(workspace)),
});

export interface StackIdentity {
  readonly kind: 'stack';
  readonly organization: OrganizationName;
  readonly project: ProjectName;
  readonly stack: StackName;
  readonly deployment: DeploymentName;
}

export interface ModuleTestIdentity {
  readonly kind: 'module-test';
  readonly organization: OrganizationName;
  readonly module: ModuleName;
}

export type Identity = WorkspaceIdentity | StackIdentity | ModuleTestIdentity;

const stackLimit = 127;

export function workspaceSubject(identity: Omit<WorkspaceIdentity, 'kind'>, phase: Phase): Subject {
  return `organization:${identity.organization}:project:${identity.project}:workspace:${identity.workspace}:run_phase:${phase}` as Subject;
}

/** A Stack's subject; HCP Terraform refuses to mint one of more than 127 characters. */
export function stackSubject(identity: Omit<StackIdentity, 'kind'>, operation: Phase): Result<Subject> {
  const subject = `organization:${identity.organization}:project:${identity.project}:stack:${identity.stack}:deployment:${identity.deployment}:operation:${operation}`;
  if (subject.length > stackLimit) {
    return fail({
      code: 'subject-too-long',
      message: `The subject of this deployment has ${subject.length} characters; HCP Terraform allows ${stackLimit} for a Stack.`,
      nextStep: 'Give the Stack, the deployment or the project a shorter name.',
    });
  }
  return ok(subject as Subject);
}

export function moduleTestSubject(identity: Omit<ModuleTestIdentity, 'kind'>): Subject {
  return `organization:${identity.organization}:module:${identity.module}:operation:test_run` as Subject;
}

/** All subjects that an identity's tokens carry, in the given phases. A module test has one only. */
export function subjectsOf(identity: Identity, phases: readonly Phase[]): Result<readonly Subject[]> {
  switch (identity.kind) {
    case 'workspace':
      return ok(phases.map(phase => workspaceSubject(identity, phase)));
    case 'stack': {
      const subjects: Subject[] = [];
      for (const phase of phases) {
        const subject = stackSubject(identity, phase);
        if (!subject.ok) return subject;
        subjects.push(subject.value);
      }
      return ok(subjects);
    }
    case 'module-test':
      return ok([moduleTestSubject(identity)]);
  }
}

/** A part of a subject: written so, a name that people choose, or one of a few words. */
export type SubjectPart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'name';
      readonly segment: string;
      /** One letter of such a name. */
      readonly letters: RegExp;
      readonly shortest: number;
      /** Left out where no limit is documented. */
      readonly longest?: number;
    }
  | { readonly kind: 'choice'; readonly segment: string; readonly texts: readonly string[] };

export type SubjectKind = Identity['kind'];

const text = (t: string): SubjectPart => ({ kind: 'text', text: t });
const word = (segment: string): SubjectPart => ({ kind: 'name', segment, letters: /^[A-Za-z0-9_-]$/, shortest: 1 });
const phase = (segment: string): SubjectPart => ({ kind: 'choice', segment, texts: ['plan', 'apply'] });
/**
 * 3 to 40 letters, digits, blanks, `-` and `_`: https://developer.hashicorp.com/terraform/cloud-docs/api-docs/projects. Older hosts may
 * have shorter ones, so that a short name is possible here; the linter notes it.
 */
const project: SubjectPart = {
  kind: 'name',
  segment: 'project',
  letters: /^[A-Za-z0-9 _-]$/,
  shortest: 1,
  longest: 40,
};
const head: readonly SubjectPart[] = [text('organization:'), word('organization')];

/** What tokens carry, part by part. */
export const subjectGrammars: Readonly<Record<SubjectKind, readonly SubjectPart[]>> = {
  workspace: [
    ...head,
    text(':project:'),
    project,
    text(':workspace:'),
    word('workspace'),
    text(':run_phase:'),
    phase('run_phase'),
  ],
  stack: [
    ...head,
    text(':project:'),
    project,
    text(':stack:'),
    { kind: 'name', segment: 'stack', letters: /^[A-Za-z0-9 _-]$/, shortest: 1 },
    text(':deployment:'),
    word('deployment'),
    text(':operation:'),
    phase('operation'),
  ],
  'module-test': [
    ...head,
    text(':module:'),
    { kind: 'name', segment: 'module', letters: /^[A-Za-z0-9_/-]$/, shortest: 1 },
    text(':operation:test_run'),
  ],
};

/** The subject of these names; a phase that is not given is `plan`. */
export function subjectText(kind: SubjectKind, segments: Readonly<Record<string, string>>): string {
  return subjectGrammars[kind]
    .map(part =>
      part.kind === 'text' ? part.text : (segments[part.segment] ?? (part.kind === 'choice' ? 'plan' : '')),
    )
    .join('');
}

const names = {
  workspace: ['organization', 'project', 'workspace', 'run_phase'],
  stack: ['organization', 'project', 'stack', 'deployment', 'operation'],
  'module-test': ['organization', 'module', 'operation'],
  /** Before projects came, in 2023. No token has this form any more. */
  'without-project': ['organization', 'workspace', 'run_phase'],
} as const;

export interface ParsedSubject {
  readonly kind: keyof typeof names;
  /** Segment values by their names; they may hold wildcards when a pattern was parsed. */
  readonly segments: Readonly<Record<string, string>>;
}

/** Takes a subject, or a pattern of one, apart at its colons. `undefined` where it has none of the known forms. */
export function parseSubject(text: string): ParsedSubject | undefined {
  const parts = text.split(':');
  for (const kind of ['workspace', 'stack', 'module-test', 'without-project'] as const) {
    const wanted = names[kind];
    if (parts.length !== wanted.length * 2 || !wanted.every((name, i) => parts[i * 2] === name)) continue;
    return { kind, segments: Object.fromEntries(wanted.map((name, i) => [name, parts[i * 2 + 1] ?? ''])) };
  }
  return undefined;
}
