import { LineIndex, type Location } from '../../core/text';
import { findingText } from '../../iam/needs/ownFindings';
import type { Root } from '../../terraform/model';
import type { PermissionSources, WantedPermissions } from './permissionSources';

/** What a person should know of a policy for what runs need, before a yes to it. */
export function policyNotes(
  wanted: WantedPermissions,
  sources: Pick<PermissionSources, 'findings'>,
  root: Root,
): readonly string[] {
  const { unmapped, unread, additionsOnly, counted, permissions } = wanted;
  const findings = sources
    .findings(permissions)
    .map(finding => findingText(finding, location => placeIn(root, location)));
  const complete = unmapped.length + unread.length === 0 && additionsOnly === undefined;
  return [
    ...(unmapped.length === 0
      ? []
      : [
          `Nothing is known of the permissions that ${unmapped.join(', ')} need: the policy leaves them out. Add them to the role (--policy-arn).`,
        ]),
    ...unread.map(sentence => `${sentence} The policy leaves out what it needs.`),
    ...(counted === undefined ? [] : [counted]),
    ...(additionsOnly === undefined
      ? []
      : [
          `What a role allows already stays in its policy, since it is not known what else runs need. ${additionsOnly.why} ${additionsOnly.nextStep}`,
        ]),
    ...findings.map(text => `The policy is not least privilege: ${text}`),
    ...(complete && findings.length === 0 && permissions.policy.Statement.length > 0
      ? ['The policy is least privilege by all that is known: no escalation, and no wildcard that could be narrower.']
      : []),
  ];
}

/** `main.tf:12`, as seen from the root's folder; "the state" for what no code holds any more. */
function placeIn(root: Root, { file, span }: Location): string {
  const source = root.modules.flatMap(m => m.files).find(f => f.path === file);
  if (source === undefined) return file.split('/').at(-1) ?? file;
  const name = file.startsWith(`${root.dir}/`) ? file.slice(root.dir.length + 1) : (file.split('/').at(-1) ?? file);
  return `${name}:${new LineIndex(source.text).lineAt(span.start) + 1}`;
}
