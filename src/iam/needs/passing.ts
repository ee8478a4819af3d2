import { at } from '../../terraform/model';
import type { Expression } from '../../terraform/syntax/ast';
import type { FoundNeeds } from './need';
import { byHand, type NeedingResource } from './needingResource';

/** Passing any role is more than a starting policy may hold: a role that is not known is a note. */
export function pass(
  needing: NeedingResource,
  value: Expression,
  arns: readonly string[] | undefined,
  service: string | undefined,
): FoundNeeds {
  if (arns === undefined)
    return {
      needs: [],
      notes: [
        `${needing.address} passes a role${service === undefined ? '' : ` to ${service}`} that is not known here; allow iam:PassRole on it by hand.`,
      ],
    };
  const need = byHand(needing, {
    action: 'iam:PassRole',
    location: at(needing.resource.file, value),
    resources: arns,
    confidence: service === undefined ? 'medium' : 'high',
    ...(service !== undefined && {
      condition: { StringEquals: { 'iam:PassedToService': principals(service, needing.place.partition) } },
    }),
  });
  return { needs: [need], notes: [] };
}

/** Some services have other names in China, EC2 among them: https://docs.amazonaws.cn/en_us/aws/latest/userguide/iam.html */
function principals(service: string, partition: string): string | readonly string[] {
  return partition === 'aws-cn' ? [service, `${service}.cn`] : service;
}
