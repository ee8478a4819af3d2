import { arnOf } from '../../oidc/arns';
import type { Place } from './scope';
import type { Template } from './tables/arns';

/** Which of region and account a service's ARNs name: both, the account alone, neither, or the region alone (`public`: images of EC2). */
export type ArnWhere = Template[2] | 'public';

/** An ARN as a policy names it: what is not known of the place is `*`. */
export const arnPattern = (service: string, where: ArnWhere, place: Place, resource: string): string =>
  arnOf(
    {
      partition: place.partition,
      service,
      region: where === 'regional' || where === 'public' ? (place.region ?? '*') : '',
      account: where === 'regional' || where === 'global' ? (place.account ?? '*') : '',
    },
    resource,
  );

/** A role that a service makes for itself, in every one of its paths. */
export const serviceRolePattern = (service: string, place: Place): string =>
  arnPattern('iam', 'global', place, `role/aws-service-role/${service}/*`);
