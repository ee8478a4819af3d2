import { at } from '../../terraform/model';
import type { Expression } from '../../terraform/syntax/ast';
import type { FoundNeeds } from './need';
import { byHand, type Subject } from './subject';

/** Passing any role is more than a starting policy may hold: a role that is not known is a note. */
export function pass(
  subject: Subject,
  value: Expression,
  arns: readonly string[] | undefined,
  service: string | undefined,
): FoundNeeds {
  if (arns === undefined)
    return {
      needs: [],
      notes: [
        `${subject.address} passes a role${service === undefined ? '' : ` to ${service}`} that is not known here; allow iam:PassRole on it by hand.`,
      ],
    };
  const need = byHand(subject, {
    action: 'iam:PassRole',
    location: at(subject.resource.file, value),
    resources: arns,
    confidence: service === undefined ? 'medium' : 'high',
    ...(service !== undefined && {
      condition: { StringEquals: { 'iam:PassedToService': principals(service, subject.place.partition) } },
    }),
  });
  return { needs: [need], notes: [] };
}

/** Some services have other names in China, EC2 among them: https://docs.amazonaws.cn/en_us/aws/latest/userguide/iam.html */
function principals(service: string, partition: string): string | readonly string[] {
  return partition === 'aws-cn' ? [service, `${service}.cn`] : service;
}
