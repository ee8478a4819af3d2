import { arnPattern, type ArnWhere } from '../arnPattern';
import type { Location } from '../../../core/text';
import { at, attributeOf, blocksOf, headerSpan } from '../../../terraform/model';
import type { Body } from '../../../terraform/syntax/ast';
import { codeBlocks } from '../../../terraform/terragrunt';
import type { FoundNeeds, Need, Phase } from '../need';
import type { Scope } from '../scope';
import { knownText } from '../values';

type ActionTarget = readonly [argument: string, service: string, where: ArnWhere, rest: string];

interface ActionNeed {
  readonly action: string;
  /** Which argument names what it is done to, and how its ARN is made; none: the action knows no resources. */
  readonly on?: ActionTarget;
}

/** `{}` is the name. An argument that is an ARN is taken as it is. */
const needs = (on: ActionTarget, ...actions: readonly string[]): readonly ActionNeed[] =>
  actions.map(action => ({ action, on }));

/**
 * What the actions of the AWS provider call (hashicorp/terraform-provider-aws, website/docs/actions): they are invoked in an apply, by an
 * `action_trigger` or by hand.
 */
export const actionTypes: Readonly<Record<string, readonly ActionNeed[]>> = {
  aws_cloudfront_create_invalidation: needs(
    ['distribution_id', 'cloudfront', 'global', 'distribution/{}'],
    'cloudfront:CreateInvalidation',
    'cloudfront:GetInvalidation',
  ),
  aws_codebuild_start_build: needs(
    ['project_name', 'codebuild', 'regional', 'project/{}'],
    'codebuild:BatchGetBuilds',
    'codebuild:StartBuild',
  ),
  aws_dynamodb_create_backup: [
    ...needs(['table_name', 'dynamodb', 'regional', 'table/{}'], 'dynamodb:CreateBackup'),
    ...needs(['table_name', 'dynamodb', 'regional', 'table/{}/backup/*'], 'dynamodb:DescribeBackup'),
  ],
  aws_ec2_stop_instance: [
    { action: 'ec2:DescribeInstances' },
    ...needs(['instance_id', 'ec2', 'regional', 'instance/{}'], 'ec2:StopInstances'),
  ],
  aws_events_put_events: needs(['event_bus_name', 'events', 'regional', 'event-bus/{}'], 'events:PutEvents'),
  aws_lambda_invoke: needs(['function_name', 'lambda', 'regional', 'function:{}'], 'lambda:InvokeFunction'),
  aws_ses_send_email: needs(['source', 'ses', 'regional', 'identity/{}'], 'ses:SendEmail'),
  aws_sfn_start_execution: needs(
    ['state_machine_arn', 'states', 'regional', 'stateMachine:{}'],
    'states:StartExecution',
  ),
  aws_sns_publish: needs(['topic_arn', 'sns', 'regional', '{}'], 'sns:Publish'),
};

/** What the `action` blocks of a module need in an apply. */
export function actionNeeds(scope: Scope, phase: Phase): FoundNeeds {
  const found: Need[] = [];
  for (const file of phase === 'apply' ? scope.module.files : [])
    for (const block of codeBlocks(file)) {
      const [type, name] = block.labels.map(label => label.value);
      const known = block.type === 'action' && type !== undefined ? actionTypes[type] : undefined;
      if (known === undefined) continue;
      const body = blocksOf(block.body, 'config')[0]?.body ?? block.body;
      const address = `${scope.prefix}action.${type ?? ''}.${name ?? ''}`;
      found.push(...known.map(need => needOf(need, body, scope, address, at(file, headerSpan(block)))));
    }
  return { needs: found, notes: [] };
}

function needOf({ action, on }: ActionNeed, body: Body, scope: Scope, address: string, location: Location): Need {
  const arn = on === undefined ? undefined : patternOf(on, body, scope);
  const isNamed = arn !== undefined && !arn.endsWith('*');
  return {
    action,
    address,
    location,
    source: 'hand',
    confidence: 'high',
    resources: [arn ?? '*'],
    why: isNamed ? '' : arn === undefined ? 'NoResourceScope' : 'NameNotKnown',
    region: scope.place.region,
  };
}

function patternOf([argument, service, where, rest]: ActionTarget, body: Body, scope: Scope): string {
  const value = attributeOf(body, argument)?.value;
  const known = value === undefined ? undefined : knownText(value, scope);
  const name = known?.open === false && !/[*?$]/.test(known.text) ? known.text : '*';
  if (name.startsWith('arn:')) return name;
  return arnPattern(
    service,
    where,
    scope.place,
    rest.replace('{}', () => name),
  );
}

/** OpenTofu's state encryption: the key is used in every plan and apply. */
export function encryptionNeeds(scope: Scope): FoundNeeds {
  const found: Need[] = [];
  for (const { file, body } of scope.module.terraformBlocks)
    for (const provider of blocksOf(body, 'encryption').flatMap(b => blocksOf(b.body, 'key_provider'))) {
      if (provider.labels[0]?.value !== 'aws_kms') continue;
      const address = `key_provider.aws_kms.${provider.labels[1]?.value ?? ''}`;
      const arn = patternOf(['kms_key_id', 'kms', 'regional', 'key/{}'], provider.body, scope);
      // An alias is not what a policy names.
      const resource = arn.replace(/:key\/alias\/.*$|:alias\/.*$/, ':key/*');
      for (const action of ['kms:Decrypt', 'kms:GenerateDataKey'])
        found.push({
          action,
          address,
          location: at(file, headerSpan(provider)),
          source: 'hand',
          confidence: 'high',
          resources: [resource],
          why: resource.endsWith('*') ? 'NameNotKnown' : '',
          region: scope.place.region,
        });
    }
  return { needs: found, notes: [] };
}
