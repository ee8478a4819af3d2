import { bucketArn } from '../../../oidc/arns';
import { arnPattern, serviceRolePattern } from '../arnPattern';
import { at, attributeOf } from '../../../terraform/model';
import type { Body, Expression } from '../../../terraform/syntax/ast';
import { roleArns } from '../arns';
import type { FoundNeeds, Need, Phase } from '../need';
import { connectionNeeds } from './connections';
import { finalSnapshotNeeds, managedPasswordNeeds } from './databases';
import { launchNeeds, profileNeeds } from './launches';
import { logBucketNeeds, logDeliveryNeeds } from './logs';
import { pass } from '../passing';
import { byHand, type NeedingResource, valuesAt } from '../needingResource';
import { keyUses, scalableServices, type KeyUse } from '../tables/related';
import { everyRole, passedRoles, serviceLinkedRoles, serviceLinkedRolesWith } from '../tables/roles';
import { scalingNeeds } from './scaling';
import { isWanted } from '../wanted';
import type { Place, Scope } from '../scope';
import { instancesOf, knownText, type KnownText } from '../values';

/** `iam:PassRole` for each argument that hands a role to a service, on that role and to that service alone. */
function passRoleNeeds(needing: NeedingResource): FoundNeeds {
  const { resource, scope } = needing;
  const known = passedRoles[resource.type] ?? [];
  const passed = known.flatMap(([argument, service]) =>
    (argument === everyRole ? roleArguments(resource.body) : valuesAt(resource.body, argument.split('.'))).map(
      value => ({ value, service }),
    ),
  );
  // Types that no table has: an argument with the name of a role, set to a role that the code names.
  const others =
    known.length > 0 || resource.type.startsWith('aws_iam_')
      ? []
      : roleArguments(resource.body).map(value => ({ value, service: undefined }));
  const needs: Need[] = [];
  const notes: string[] = [];
  for (const { value, service } of [...passed, ...others]) {
    for (const one of value.kind === 'tuple' ? value.items : [value]) {
      if (one.kind === 'null') continue;
      const arns = instancesOf(resource.body, scope).map(instance => roleArns(one, instance, needing.place));
      const found = pass(
        needing,
        one,
        arns.some(a => a === undefined) ? undefined : arns.flatMap(a => a ?? []),
        service,
      );
      needs.push(...found.needs);
      if (service !== undefined) notes.push(...found.notes);
    }
  }
  return { needs, notes };
}

const roleNames = /(?:^|_)(?:role|role_arn|iam_role)$/;

function roleArguments(body: Body): readonly Expression[] {
  return [
    ...body.attributes.filter(a => roleNames.test(a.name)).map(a => a.value),
    ...body.blocks.flatMap(block => roleArguments(block.body)),
  ];
}

/** Services make their own role on first use, in the name of the caller. */
function serviceLinkedRoleNeeds(needing: NeedingResource): readonly Need[] {
  const { resource, scope, place } = needing;
  const namespace = attributeOf(resource.body, 'service_namespace');
  const known = namespace === undefined ? undefined : knownText(namespace.value, scope)?.text;
  const services =
    resource.type === 'aws_appautoscaling_target'
      ? [scalableServices[known ?? ''] ?? []].flat()
      : [
          ...(serviceLinkedRoles[resource.type] ?? []),
          ...(serviceLinkedRolesWith[resource.type] ?? []).flatMap(([service, ...words]) =>
            words.some(word => isWanted(word, resource.body, scope, needing.types)) ? [service] : [],
          ),
        ];
  return services.map(service =>
    byHand(needing, {
      action: 'iam:CreateServiceLinkedRole',
      location: at(resource.file, resource.block.typeSpan),
      resources: [serviceRolePattern(service, place)],
      condition: { StringEquals: { 'iam:AWSServiceName': service } },
    }),
  );
}

/** A key that the code names: the service uses it in the name of the caller. */
export function keyNeeds(needing: NeedingResource, phase: Phase): readonly Need[] {
  const { resource, scope, place } = needing;
  const use = keyUseOf(resource.type);
  if (use === undefined) return [];
  const plan = resource.type !== 'aws_secretsmanager_secret' || readsVersions(scope) ? use.plan : [];
  const actions = [...new Set(phase === 'plan' ? plan : [...plan, ...use.apply])];
  return use.arguments
    .flatMap(path => valuesAt(resource.body, path.split('.')))
    .flatMap(value => {
      const known = value.kind === 'null' ? undefined : knownText(value, scope);
      // AWS's own keys ask for nothing: their policies allow the service's users.
      if (value.kind === 'null' || (known !== undefined && /(?:^|:)alias\/aws\//.test(known.text))) return [];
      const arn = keyArn(known, place);
      return actions.map(action =>
        byHand(needing, {
          action: `kms:${action}`,
          location: at(resource.file, value),
          resources: [arn ?? keyPattern(place, '*')],
          why: arn === undefined ? 'NameNotKnown' : '',
          confidence: 'medium',
          ...keyCondition(action, use, place),
        }),
      );
    });
}

const keyPattern = (place: Place, key: string): string => arnPattern('kms', 'regional', place, `key/${key}`);

/** The ARN of a key that is named by its ARN or its id; an alias tells nothing of it. */
function keyArn(known: KnownText | undefined, place: Place): string | undefined {
  if (known?.open !== false) return undefined;
  if (/^arn:[^*?$]+:key\//.test(known.text)) return known.text;
  const isId = /^(?:[0-9a-f]{8}-[0-9a-f-]{27}|mrk-[0-9a-f]{32})$/.test(known.text);
  return isId ? keyPattern(place, known.text) : undefined;
}

/** A function's code in a bucket is read in the name of who makes the function. */
function codeNeeds(needing: NeedingResource): readonly Need[] {
  const { resource, scope, place } = needing;
  if (resource.type !== 'aws_lambda_function' && resource.type !== 'aws_lambda_layer_version') return [];
  const bucket = attributeOf(resource.body, 's3_bucket');
  const key = attributeOf(resource.body, 's3_key');
  if (bucket === undefined || bucket.value.kind === 'null') return [];
  const text = (value: Expression | undefined): string => {
    const known = value === undefined ? undefined : knownText(value, scope);
    return known === undefined || /[*?$]/.test(known.text) ? '*' : known.text + (known.open ? '*' : '');
  };
  const action = attributeOf(resource.body, 's3_object_version') === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
  const object = bucketArn(place.partition, text(bucket.value), text(key?.value));
  return [
    byHand(needing, {
      action,
      location: at(resource.file, bucket),
      resources: [object],
      why: object.includes(':::*') ? 'NameNotKnown' : '',
    }),
  ];
}

function keyUseOf(type: string): KeyUse | undefined {
  if (Object.hasOwn(keyUses, type)) return keyUses[type];
  if (type.startsWith('aws_kms_')) return undefined;
  return {
    arguments: [
      'kms_key_id',
      'kms_key_arn',
      'kms_key',
      'encryption_configuration.kms_key',
      'encryption_config.kms_key_id',
    ],
    plan: [],
    apply: ['DescribeKey', 'CreateGrant'],
  };
}

/** The value of a secret is read where the code has a version of one. */
function readsVersions(scope: Scope): boolean {
  return scope.module.resources.some(r => r.type === 'aws_secretsmanager_secret_version');
}

/** Grants only for services; data keys only through the service that the resource belongs to. */
function keyCondition(action: string, use: KeyUse, place: Place): Pick<Need, 'condition'> {
  if (action === 'CreateGrant') return { condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } } };
  // China's services have other names: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
  const usual = place.partition === 'aws' || place.partition === 'aws-us-gov';
  if (action === 'DescribeKey' || use.via === undefined || place.region === undefined || !usual) return {};
  return { condition: { StringEquals: { 'kms:ViaService': `${use.via}.${place.region}.amazonaws.com` } } };
}

/** What applying a resource needs of other services, beside its keys. */
export function relatedNeeds(needing: NeedingResource): FoundNeeds {
  const found = [passRoleNeeds(needing), profileNeeds(needing), logDeliveryNeeds(needing)];
  return {
    needs: [
      ...found.flatMap(f => f.needs),
      ...serviceLinkedRoleNeeds(needing),
      ...managedPasswordNeeds(needing),
      ...finalSnapshotNeeds(needing),
      ...launchNeeds(needing),
      ...scalingNeeds(needing),
      ...connectionNeeds(needing),
      ...codeNeeds(needing),
      ...logBucketNeeds(needing),
    ],
    notes: found.flatMap(f => f.notes),
  };
}
