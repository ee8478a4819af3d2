import type { Block, ParsedFile } from '../../../terraform/syntax/ast';
import type { PolicyOwner } from './escalation';

const kinds: ReadonlyMap<string, 'policy' | 'role' | 'user' | 'group'> = new Map([
  ['aws_iam_policy', 'policy'],
  ['aws_iam_role_policy', 'role'],
  ['aws_iam_user_policy', 'user'],
  ['aws_iam_group_policy', 'group'],
]);

/** Who has the policy of an address in this file: its own name, and the role, user or group that it is written for. */
export function ownersIn(file: ParsedFile, source: string): (address: string) => PolicyOwner {
  const resources = file.body.blocks.filter(b => b.type === 'resource');
  const written = (block: Block, name: string): string => {
    const value = block.body.attributes.find(a => a.name === name)?.value;
    return value === undefined ? '' : source.slice(value.start, value.end);
  };
  const literal = (block: Block | undefined, name: string): string | undefined =>
    block === undefined ? undefined : /^"([^"$%\\]*)"$/.exec(written(block, name))?.[1];
  const addressOf = (block: Block): string => block.labels.map(l => l.value).join('.');
  return address => {
    const block = resources.find(b => {
      if (!kinds.has(b.labels[0]?.value ?? '')) return false;
      return addressOf(b) === address || written(b, 'policy') === `${address}.json`;
    });
    const kind = kinds.get(block?.labels[0]?.value ?? '');
    if (block === undefined || kind === undefined) return {};
    if (kind === 'policy') {
      const policy = literal(block, 'name');
      return policy === undefined ? {} : { policy };
    }
    // `role = aws_iam_role.deploy.id`: the role is a resource of its own.
    const reference = /^(aws_iam_\w+\.\w+)(?:\[\d+\])?\.(?:id|name)$/.exec(written(block, kind))?.[1];
    const holder =
      literal(block, kind) ??
      literal(
        resources.find(r => addressOf(r) === reference),
        'name',
      );
    return {
      ...(holder !== undefined && { holder }),
      ...(reference !== undefined && {
        isHolder: resource => source.slice(resource.start, resource.end).replace(/\[\d+\]/g, '') === `${reference}.arn`,
      }),
    };
  };
}
