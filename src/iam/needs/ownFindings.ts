import type { Location } from '../../core/text';
import { lintPermissionText } from '../lint/permissions/lintPermissions';
import type { PermissionCode } from '../lint/permissions/permissionRules';
import type { ResourceReference } from '../reference/reference';
import type { Permissions } from './generate';
import type { Need } from './need';

/** What the linter says to a policy that was generated, with the code that makes it so. */
export interface OwnFinding {
  readonly code: PermissionCode;
  readonly message: string;
  /** The code that asks for the actions; empty where no single line does. */
  readonly causes: readonly Pick<Need, 'address' | 'location' | 'action'>[];
  /** What would end it. */
  readonly nextStep: string;
}

const nextSteps: Readonly<Partial<Record<PermissionCode, string>>> = {
  escalation:
    'Write the names of the roles, users and policies in the code (name, or name_prefix with four letters), give the state so that real ARNs are known (--state), or set permissions_boundary on what the code makes.',
  'pass-role-any': 'Write the ARN or the name of the role in the code.',
  'any-account': 'Write the ARN with its account (--account gives it).',
  'full-access': 'Write the names of the resources in the code.',
  'resource-could-be-scoped': 'Write the name of the resource in the code, or give the state (--state).',
};

/**
 * The findings of this product's own linter on a generated policy. Size has its own sentence (`fit`), and a fault that IAM would refuse is a
 * bug here: both are told as they are.
 */
export function ownFindings(result: Permissions, reference: ResourceReference): readonly OwnFinding[] {
  const text = JSON.stringify(result.policy);
  const { findings } = lintPermissionText(text, reference, undefined, { generated: true });
  const sized = result.fit.how === 'too-large' ? [sizeFinding(result)] : [];
  return [
    ...sized,
    ...namelessKinds(result.needs),
    ...findings
      .filter(finding => finding.code !== 'too-large')
      .flatMap(finding => {
        const actions = actionsIn(`${finding.message} ${text.slice(finding.start, finding.end)}`);
        if (finding.code === 'resource-could-be-scoped' && onlyOnEverything(actions, result.needs)) return [];
        return {
          code: finding.code,
          message: finding.message,
          causes: causesOf(actions, result.needs),
          nextStep: nextSteps[finding.code] ?? 'Look at the statement before you use the policy.',
        };
      }),
  ];
}

/** AWS lists a kind for them, and yet takes "*" alone, as for composite alarms: tables/elsewhere.ts says so. */
const onlyOnEverything = (actions: ReadonlySet<string>, needs: readonly Need[]): boolean =>
  needs.filter(n => actions.has(n.action) && n.resources.includes('*')).every(n => n.why === 'NoResourceScope');

const isWholeKind = (resource: string): boolean => resource === '*' || /^arn:[^/]*[:/]\*$/.test(resource);

/** What reaches a whole kind only because no name is known: the code could write one, or AWS names it and the state tells. */
function namelessKinds(needs: readonly Need[]): readonly OwnFinding[] {
  const open = needs.filter(n => n.why === 'NameNotKnown' && n.resources.some(isWholeKind));
  const causes = [...new Map(open.map(n => [n.address, n])).values()];
  if (causes.length === 0) return [];
  const kinds = new Set(open.flatMap(n => n.resources.filter(isWholeKind)));
  return [
    {
      code: 'resource-could-be-scoped',
      message: `The policy reaches all of ${kinds.size === 1 ? 'a kind' : `${kinds.size} kinds`} of resources, since their names are not known.`,
      causes,
      nextStep:
        'Write their names in the code; what AWS names by an id is named once it exists (--state, --read-state).',
    },
  ];
}

function sizeFinding({ fit }: Permissions): OwnFinding {
  return {
    code: 'too-large',
    message: fit.sentence,
    causes: [],
    nextStep: 'Divide the configuration, so that each part has a role of its own.',
  };
}

function actionsIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/\b[a-z0-9-]{1,60}:[A-Z][A-Za-z0-9]{1,120}\b/g)].map(([action]) => action));
}

/** The lines that ask for an action on what is not named: those that name their resource are not the cause. */
function causesOf(actions: ReadonlySet<string>, needs: readonly Need[]): OwnFinding['causes'] {
  const wide = needs.filter(
    need => actions.has(need.action) && need.resources.some(resource => resource.includes('*')),
  );
  const found = new Map(
    wide.map(({ address, location, action }) => [`${address} ${action}`, { address, location, action }]),
  );
  return [...found.values()];
}

/**
 * One sentence for a report: what, because of which code, and what ends it.
 * @param placeOf a place as a person reads it: `main.tf:12`
 */
export function findingText(
  { message, causes, nextStep }: OwnFinding,
  placeOf: (location: Location) => string,
): string {
  const addresses = [...new Set(causes.map(cause => `${cause.address} (${placeOf(cause.location)})`))];
  const more = addresses.length > 4 ? ` and ${addresses.length - 4} more` : '';
  const because = addresses.length === 0 ? '' : ` Asked for by ${addresses.slice(0, 4).join(', ')}${more}.`;
  return `${message}${because} ${nextStep}`;
}
