import { arnPattern } from '../arnPattern';
import { at } from '../../../terraform/model';
import { resourceArns } from '../arns';
import type { Need } from '../need';
import { byHand, resourceBehind, type NeedingResource, valuesAt } from '../needingResource';
import { knownText } from '../values';

/** Arguments that hand a connection to a source repository to a service. */
const handed: Readonly<Record<string, readonly string[]>> = {
  aws_codepipeline: ['stage.action.configuration.ConnectionArn'],
  aws_codebuild_project: ['source.auth.resource', 'secondary_sources.auth.resource'],
};

/** https://docs.aws.amazon.com/dtconsole/latest/userguide/security_iam_service-with-iam.html */
export function connectionNeeds(needing: NeedingResource): readonly Need[] {
  const { resource, scope, place } = needing;
  const paths = (Object.hasOwn(handed, resource.type) ? handed[resource.type] : undefined) ?? [];
  return paths.flatMap(path =>
    valuesAt(resource.body, path.split('.')).flatMap(value => {
      const behind = resourceBehind(value, scope);
      const text = knownText(value, scope);
      const arn = text?.open === false && /^arn:[^*?$\s]+$/.test(text.text) ? text.text : undefined;
      // Older connections have the service's former name in their ARNs.
      const service =
        arn?.split(':')[2] ??
        (behind?.resource.type === 'aws_codeconnections_connection' ? 'codeconnections' : 'codestar-connections');
      const own = behind === undefined ? undefined : resourceArns(behind.resource, behind.scope, place);
      return [
        byHand(needing, {
          action:
            service === 'codeconnections' ? 'codeconnections:PassConnection' : 'codestar-connections:PassConnection',
          location: at(resource.file, value),
          resources: arn !== undefined ? [arn] : (own ?? [arnPattern(service, 'regional', place, 'connection/*')]),
          why: arn === undefined && own === undefined ? 'NameNotKnown' : '',
        }),
      ];
    }),
  );
}
