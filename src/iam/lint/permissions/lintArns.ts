import { iamArn } from '../../../oidc/arns';
import { partitionName, partitionOfRegion } from '../../../oidc/partition';
import { entry, listOf, type PolicyNode } from '../../policy/node';
import { type PermissionFinding, place } from './permissionFinding';
import { anyName, anyText, covers } from '../../policy/patterns/resourcePattern';

const open = new RegExp(`[*?$${anyText}${anyName}]`);

/** The resources of a statement: is each an ARN that can be one? */
export function lintResources(statement: PolicyNode): readonly PermissionFinding[] {
  return ['Resource', 'NotResource'].flatMap(key =>
    listOf(entry(statement, key)?.value).flatMap((node): readonly PermissionFinding[] => {
      if (node.kind === 'object' || node.kind === 'literal') {
        const message = `${key} holds ARNs as texts, or "*"; IAM refuses anything else.`;
        return [{ code: 'invalid-resource', severity: 'error', message, ...place(node) }];
      }
      if (node.kind !== 'string') return [];
      const problem = arnProblem(node.value);
      return problem === undefined
        ? []
        : [
            {
              code: 'invalid-resource',
              // Something puts the ARN in the place of `<BUCKET_ARN>` before IAM sees it, or should have.
              severity: isPlaceholder(node.value) ? 'warning' : 'error',
              message: problem,
              ...place(node),
            },
          ];
    }),
  );
}

const isPlaceholder = (value: string): boolean =>
  /^(?:<[^<>]+>|_+[A-Z][A-Z0-9_]*_|\{\{[^{}]+\}\}|\[\[[^[\]]+\]\]|@@?[A-Z_]+@@?)(?:\/\*)?$/.test(value);

/** Why a pattern is not an ARN, or one that no resource has; `undefined`: nothing speaks against it. */
function arnProblem(value: string): string | undefined {
  if (/^[*\uE000\uE001]/.test(value) || open.test(value.slice(0, 4))) return undefined;
  const no = `"${value}" is not an ARN: IAM wants "arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE" or "*".`;
  const [arn, partition = '', service = '', region = '', account = '', ...rest] = value.split(':');
  if (arn !== 'arn' || /\s/.test(value.split(':').slice(0, 5).join(':'))) return no;
  if (rest.length === 0) return open.test(value) ? undefined : no;
  if (rest.join(':') === '') return `${no} The part behind the account is empty.`;
  if (partition !== '' && !open.test(partition) && !partitionName(partition).ok)
    return `"${value}" names the partition "${partition}", which AWS does not have.`;
  if (partition === '') return `${no} The partition is empty.`;
  if (service === '') return `${no} The service is empty.`;
  if (/[A-Z]/.test(service)) return `"${value}" names the service "${service}": services are in small letters.`;
  if (region !== '' && !open.test(region)) {
    if (!/^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}$/.test(region) && region !== 'aws-global')
      return `"${value}" names the region "${region}", which can be none.`;
    const home = partitionOfRegion(region);
    if (!open.test(partition) && region !== 'aws-global' && home !== partition)
      return `"${value}" matches nothing: the region ${region} is in the partition ${home}, not in ${partition}.`;
  }
  if (
    account !== '' &&
    !open.test(account) &&
    !/^(?:\d{12}|aws|aws-managed|amazon|cloudfront|third-party)$/.test(account)
  )
    return `"${value}" names the account "${account}": an account id has twelve digits.`;
  return undefined;
}

/** Does a pattern match every role of an account? `*`, `role/*`, `role*`, `role/?*`, and the same in any account. */
export function isEveryRole(pattern: string): boolean {
  const parts = pattern.split(':');
  // What only Terraform knows is some partition and some account, not all of them.
  const head = parts.slice(0, 5).map(part => part.replace(new RegExp(`[${anyText}${anyName}]+`, 'g'), 'x'));
  const wide = [...head, ...parts.slice(5)].join(':');
  const own = (at: number, fallback: string): string => {
    const part = head[at];
    return part === undefined || part === '' || open.test(part) ? fallback : part;
  };
  return covers(wide, iamArn({ partition: own(1, 'aws'), accountId: own(4, '123456789012') }, 'role/?*'));
}

/** `arn:…:iam::*:role/deploy` in a list of roles to be assumed: whoever has an account has a role of that name. */
export const isAnyAccount = (pattern: string): boolean => /^arn:[^:]*:iam::[*?]+:./.test(pattern);
