import { attributeOf, type ResourceBlock } from '../../terraform/model';
import { type KnownText, knownText, type Scope } from './values';

/** Where the resources will be. What is not given is `*` in an ARN: another account's resources are still not in reach of a role. */
export interface Place {
  readonly partition: string;
  readonly region: string | undefined;
  readonly account: string | undefined;
}

/** How a type's ARNs are made: the argument that names it, the service, whether region and account are part, and the rest. */
type Template = readonly [
  argument: string,
  service: string,
  where: 'regional' | 'global' | 'bare',
  rests: readonly string[],
];

const bucket: Template = ['bucket', 's3', 'bare', ['{}']];
const templates: Readonly<Record<string, Template>> = {
  aws_s3_object: ['bucket', 's3', 'bare', ['{}', '{}/*']],
  aws_sqs_queue: ['name', 'sqs', 'regional', ['{}']],
  aws_sns_topic: ['name', 'sns', 'regional', ['{}']],
  aws_lambda_function: ['function_name', 'lambda', 'regional', ['function:{}']],
  aws_lambda_permission: ['function_name', 'lambda', 'regional', ['function:{}']],
  aws_dynamodb_table: ['name', 'dynamodb', 'regional', ['table/{}']],
  aws_cloudwatch_log_group: ['name', 'logs', 'regional', ['log-group:{}', 'log-group:{}:*']],
  aws_ecr_repository: ['name', 'ecr', 'regional', ['repository/{}']],
  aws_ecr_lifecycle_policy: ['repository', 'ecr', 'regional', ['repository/{}']],
  aws_ecs_cluster: ['name', 'ecs', 'regional', ['cluster/{}']],
  aws_secretsmanager_secret: ['name', 'secretsmanager', 'regional', ['secret:{}-*']],
  aws_ssm_parameter: ['name', 'ssm', 'regional', ['parameter/{}']],
  aws_eks_cluster: ['name', 'eks', 'regional', ['cluster/{}']],
  aws_cloudwatch_event_rule: ['name', 'events', 'regional', ['rule/{}']],
  aws_cloudwatch_metric_alarm: ['alarm_name', 'cloudwatch', 'regional', ['alarm:{}']],
  aws_sfn_state_machine: ['name', 'states', 'regional', ['stateMachine:{}']],
  aws_kinesis_stream: ['name', 'kinesis', 'regional', ['stream/{}']],
  aws_codebuild_project: ['name', 'codebuild', 'regional', ['project/{}']],
  aws_ses_domain_identity: ['domain', 'ses', 'regional', ['identity/{}']],
  aws_iam_role: ['name', 'iam', 'global', ['role{path}{}']],
  aws_iam_role_policy: ['role', 'iam', 'global', ['role/{}']],
  aws_iam_role_policy_attachment: ['role', 'iam', 'global', ['role/{}']],
  aws_iam_user: ['name', 'iam', 'global', ['user{path}{}']],
  aws_iam_user_policy: ['user', 'iam', 'global', ['user/{}']],
  aws_iam_user_policy_attachment: ['user', 'iam', 'global', ['user/{}']],
  aws_iam_access_key: ['user', 'iam', 'global', ['user/{}']],
  aws_iam_group: ['name', 'iam', 'global', ['group{path}{}']],
  aws_iam_policy: ['name', 'iam', 'global', ['policy{path}{}']],
  aws_iam_instance_profile: ['name', 'iam', 'global', ['instance-profile{path}{}']],
};

/** Services where an action's further ARN kinds are alternatives, not things that one call needs at the same time. */
export const alternativeKinds: ReadonlySet<string> = new Set(
  [...Object.values(templates), bucket].map(([, service]) => service),
);

/** The ARNs of a resource by the name in its code; undefined where the name is not known here. */
export function resourceArns(resource: ResourceBlock, scope: Scope, place: Place): readonly string[] | undefined {
  const known = templates[resource.type];
  const template = known ?? (/^aws_s3_bucket(?:_|$)/.test(resource.type) ? bucket : undefined);
  if (template === undefined) return undefined;
  const [argument, service, where, rests] = template;
  const name = nameOf(resource, scope, argument);
  if (name === undefined) return undefined;
  const path = attributeOf(resource.body, 'path');
  const pathText = path === undefined ? { text: '/', open: false } : knownText(path.value, scope);
  if (rests.some(rest => rest.includes('{path}')) && (pathText === undefined || pathText.open)) return undefined;
  // Parameter names may begin with the slash that the ARN has anyway; a FIFO topic's name is as written.
  const text = service === 'ssm' ? name.text.replace(/^\//, '') : name.text;
  const start = arnStart(service, where, place);
  // The objects belong to the bucket where emptying it was asked for.
  const all = resource.type === 'aws_s3_bucket' ? [...rests, '{}/*'] : rests;
  return all.map(
    rest =>
      start + rest.replace('{path}', () => pathText?.text ?? '/').replace('{}', () => text + (name.open ? '*' : '')),
  );
}

function arnStart(service: string, where: Template[2], place: Place): string {
  const region = where === 'regional' ? (place.region ?? '*') : '';
  const account = where === 'bare' ? '' : (place.account ?? '*');
  return `arn:${place.partition}:${service}:${region}:${account}:`;
}

function nameOf(resource: ResourceBlock, scope: Scope, argument: string): KnownText | undefined {
  const direct = attributeOf(resource.body, argument);
  const given = direct === undefined ? undefined : knownText(direct.value, scope);
  const prefix = attributeOf(resource.body, `${argument}_prefix`);
  const start = direct === undefined && prefix !== undefined ? knownText(prefix.value, scope) : undefined;
  const name = given ?? (start === undefined ? undefined : { text: start.text, open: true });
  // A short beginning would reach far more than this resource; signs of a pattern would say something else in a policy.
  if (name === undefined || name.text === '' || (name.open && name.text.length < 4)) return undefined;
  return /[*?$\s]/.test(name.text) ? undefined : name;
}

/** The ARN of a role that an argument names: an ARN as written, the role's name, or a role of this code. */
export function roleArn(
  text: KnownText | undefined,
  reference: string | undefined,
  scope: Scope,
  place: Place,
): string | undefined {
  if (text !== undefined && !text.open && !/[*?$]/.test(text.text) && text.text !== '') {
    return text.text.startsWith('arn:') ? text.text : `${arnStart('iam', 'global', place)}role/${text.text}`;
  }
  const match = /^aws_iam_role\.([\w-]+)(?:\.(?:arn|id|name))?$/.exec(reference ?? '');
  const role = scope.module.resources.find(
    r => r.mode === 'resource' && r.type === 'aws_iam_role' && r.name === match?.[1],
  );
  return role === undefined ? undefined : resourceArns(role, scope, place)?.[0];
}

/** Does an ARN fit a format of AWS's reference? `${…}` is any text there, without slashes in a bucket's name. */
export function fitsFormat(arn: string, format: string): boolean {
  const fields = format.split(':');
  const parts = arn.split(':');
  const head = fields.slice(0, 5);
  if (!head.every((field, i) => field.startsWith('${') || field === parts[i])) return false;
  const rest = fields.slice(5).join(':');
  const any = fields[2] === 's3' ? '[^/]+' : '.+';
  const source = rest
    .split(/\$\{[^}]*\}/)
    .map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join(any);
  return new RegExp(`^${source}$`).test(parts.slice(5).join(':'));
}
