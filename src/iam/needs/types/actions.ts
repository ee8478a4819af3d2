import type { Location } from '../../../core/text';
import { at, attributeOf, blocksOf, headerSpan } from '../../../terraform/model';
import type { Body } from '../../../terraform/syntax/ast';
import { codeBlocks } from '../../../terraform/terragrunt';
import type { FoundNeeds, Need, Phase } from '../need';
import type { Scope } from '../scope';
import { knownText } from '../values';

interface ActionNeed {
  readonly action: string;
  /** Which argument names what it is done to, and its ARN behind `arn:PARTITION:`; none: the action knows no resources. */
  readonly on?: { readonly argument: string; readonly arn: string };
}

/** `{region}`, `{account}` and `{name}` are filled in. An argument that is an ARN stands for itself. */
const needs = (argument: string, arn: string, ...actions: readonly string[]): readonly ActionNeed[] =>
  actions.map(action => ({ action, on: { argument, arn } }));

/**
 * What the actions of the AWS provider call (hashicorp/terraform-provider-aws, website/docs/actions): they are invoked in an apply, by an
 * `action_trigger` or by hand.
 */
export const actionTypes: Readonly<Record<string, readonly ActionNeed[]>> = {
  aws_cloudfront_create_invalidation: needs(
    'distribution_id',
    'cloudfront::{account}:distribution/{name}',
    'cloudfront:CreateInvalidation',
    'cloudfront:GetInvalidation',
  ),
  aws_codebuild_start_build: needs(
    'project_name',
    'codebuild:{region}:{account}:project/{name}',
    'codebuild:BatchGetBuilds',
    'codebuild:StartBuild',
  ),
  aws_dynamodb_create_backup: [
    ...needs('table_name', 'dynamodb:{region}:{account}:table/{name}', 'dynamodb:CreateBackup'),
    ...needs('table_name', 'dynamodb:{region}:{account}:table/{name}/backup/*', 'dynamodb:DescribeBackup'),
  ],
  aws_ec2_stop_instance: [
    { action: 'ec2:DescribeInstances' },
    ...needs('instance_id', 'ec2:{region}:{account}:instance/{name}', 'ec2:StopInstances'),
  ],
  aws_events_put_events: needs('event_bus_name', 'events:{region}:{account}:event-bus/{name}', 'events:PutEvents'),
  aws_lambda_invoke: needs('function_name', 'lambda:{region}:{account}:function:{name}', 'lambda:InvokeFunction'),
  aws_ses_send_email: needs('source', 'ses:{region}:{account}:identity/{name}', 'ses:SendEmail'),
  aws_sfn_start_execution: needs(
    'state_machine_arn',
    'states:{region}:{account}:stateMachine:{name}',
    'states:StartExecution',
  ),
  aws_sns_publish: needs('topic_arn', 'sns:{region}:{account}:{name}', 'sns:Publish'),
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
  const arn = on === undefined ? undefined : arnOf(on, body, scope);
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

function arnOf({ argument, arn }: NonNullable<ActionNeed['on']>, body: Body, scope: Scope): string {
  const { partition, region, account } = scope.place;
  const value = attributeOf(body, argument)?.value;
  const known = value === undefined ? undefined : knownText(value, scope);
  const name = known?.open === false && !/[*?$]/.test(known.text) ? known.text : '*';
  if (name.startsWith('arn:')) return name;
  return `arn:${partition}:${arn
    .replace('{region}', region ?? '*')
    .replace('{account}', account ?? '*')
    .replace('{name}', () => name)}`;
}

/** OpenTofu's state encryption: the key is used in every plan and apply. */
export function encryptionNeeds(scope: Scope): FoundNeeds {
  const found: Need[] = [];
  for (const { file, body } of scope.module.terraformBlocks)
    for (const provider of blocksOf(body, 'encryption').flatMap(b => blocksOf(b.body, 'key_provider'))) {
      if (provider.labels[0]?.value !== 'aws_kms') continue;
      const address = `key_provider.aws_kms.${provider.labels[1]?.value ?? ''}`;
      const arn = arnOf({ argument: 'kms_key_id', arn: 'kms:{region}:{account}:key/{name}' }, provider.body, scope);
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
