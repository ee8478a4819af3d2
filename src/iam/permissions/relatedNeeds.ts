import { at, attributeOf, blocksOf, type ResourceBlock } from '../../terraform/model';
import type { Body, Expression } from '../../terraform/syntax/ast';
import { roleArns } from './arns';
import type { FoundNeeds, Need, Phase } from './need';
import { keyUses, passedRoles, scalableServices, serviceLinkedRoles, type KeyUse } from './tablesRelated';
import { follow, instancesOf, knownText, pathOf, type Place, referencedName, type Scope } from './values';

/** A resource for which needs are collected. */
export interface Subject {
  readonly resource: ResourceBlock;
  readonly scope: Scope;
  readonly address: string;
  readonly place: Place;
}

type Extra = Pick<Need, 'action' | 'location' | 'resources'> & Partial<Pick<Need, 'condition' | 'why' | 'confidence'>>;

const nothing: FoundNeeds = { needs: [], notes: [] };

function byHand(subject: Subject, extra: Extra): Need {
  return {
    address: subject.address,
    source: 'hand',
    confidence: 'high',
    why: '',
    region: subject.place.region,
    ...extra,
  };
}

/** `iam:PassRole` for each argument that hands a role to a service, on that role and to that service alone. */
function passRoleNeeds(subject: Subject): FoundNeeds {
  const { resource, scope } = subject;
  const known = passedRoles[resource.type] ?? [];
  const passed = known.flatMap(([argument, service]) =>
    valuesAt(resource.body, argument.split('.')).map(value => ({ value, service })),
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
      const arns = instancesOf(resource.body, scope).map(instance => roleArns(one, instance, subject.place));
      const found = pass(
        subject,
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

/** Passing any role is more than a starting policy may hold: a role that is not known is a note. */
function pass(
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
    ...(service !== undefined && { condition: { StringEquals: { 'iam:PassedToService': service } } }),
  });
  return { needs: [need], notes: [] };
}

const roleNames = /(?:^|_)(?:role|role_arn|iam_role)$/;

function roleArguments(body: Body): readonly Expression[] {
  return [
    ...body.attributes.filter(a => roleNames.test(a.name)).map(a => a.value),
    ...body.blocks.flatMap(block => roleArguments(block.body)),
  ];
}

/** Services make their own role on first use, in the name of the caller. */
function serviceLinkedRoleNeeds(subject: Subject): readonly Need[] {
  const { resource, scope, place } = subject;
  const namespace = attributeOf(resource.body, 'service_namespace');
  const known = namespace === undefined ? undefined : knownText(namespace.value, scope)?.text;
  const services =
    resource.type === 'aws_appautoscaling_target'
      ? [scalableServices[known ?? ''] ?? []].flat()
      : (serviceLinkedRoles[resource.type] ?? []);
  return services.map(service =>
    byHand(subject, {
      action: 'iam:CreateServiceLinkedRole',
      location: at(resource.file, resource.block.typeSpan),
      resources: [`arn:${place.partition}:iam::${place.account ?? '*'}:role/aws-service-role/${service}/*`],
      condition: { StringEquals: { 'iam:AWSServiceName': service } },
    }),
  );
}

/** A key that the code names: the service uses it in the name of the caller. */
export function keyNeeds(subject: Subject, phase: Phase): readonly Need[] {
  const { resource, scope, place } = subject;
  const use = keyUseOf(resource.type);
  if (use === undefined) return [];
  const needs: Need[] = [];
  for (const path of use.arguments) {
    for (const value of valuesAt(resource.body, path.split('.'))) {
      if (value.kind === 'null') continue;
      const known = knownText(value, scope);
      // AWS's own keys ask for nothing: their policies allow the service's users.
      if (known !== undefined && /(?:^|:)alias\/aws\//.test(known.text)) continue;
      const { partition, region = '*', account = '*' } = place;
      const arn =
        known?.open === false && /^arn:[^*?$]+:key\//.test(known.text)
          ? known.text
          : known?.open === false && /^(?:[0-9a-f]{8}-[0-9a-f-]{27}|mrk-[0-9a-f]{32})$/.test(known.text)
            ? `arn:${partition}:kms:${region}:${account}:key/${known.text}`
            : undefined;
      const plan = resource.type !== 'aws_secretsmanager_secret' || readsVersions(scope) ? use.plan : [];
      for (const action of new Set(phase === 'plan' ? plan : [...plan, ...use.apply])) {
        needs.push(
          byHand(subject, {
            action: `kms:${action}`,
            location: at(resource.file, value),
            resources: [arn ?? `arn:${partition}:kms:${region}:${account}:key/*`],
            why: arn === undefined ? 'NameNotKnown' : '',
            confidence: 'medium',
            ...keyCondition(action, use, place),
          }),
        );
      }
    }
  }
  return needs;
}

/**
 * A password that RDS keeps in Secrets Manager, in a secret whose name begins with `rds!`.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html#rds-secrets-manager-permissions
 */
function managedPasswordNeeds(subject: Subject): readonly Need[] {
  const { resource, scope, place } = subject;
  const managed = attributeOf(resource.body, 'manage_master_user_password');
  if (managed === undefined || managed.value.kind === 'null' || knownText(managed.value, scope)?.text === 'false')
    return [];
  const { partition, region = '*', account = '*' } = place;
  const location = at(resource.file, managed);
  const secrets = [`arn:${partition}:secretsmanager:${region}:${account}:secret:rds!*`];
  const keys = [`arn:${partition}:kms:${region}:${account}:key/*`];
  return [
    byHand(subject, { action: 'secretsmanager:CreateSecret', location, resources: secrets }),
    byHand(subject, { action: 'secretsmanager:TagResource', location, resources: secrets }),
    byHand(subject, { action: 'kms:DescribeKey', location, resources: keys, why: 'NameNotKnown' }),
  ];
}

/** The role inside of an instance profile is passed to EC2 by who starts the instance. */
function profileNeeds(subject: Subject): FoundNeeds {
  const { resource, scope, place } = subject;
  if (!['aws_instance', 'aws_launch_template', 'aws_launch_configuration'].includes(resource.type)) return nothing;
  const values = ['iam_instance_profile', 'iam_instance_profile.name', 'iam_instance_profile.arn'].flatMap(path =>
    valuesAt(resource.body, path.split('.')),
  );
  const found = values
    .filter(value => value.kind !== 'null')
    .map(value => {
      const behind = follow(value, scope);
      const [type, name] = pathOf(behind.value) ?? [];
      const profile = behind.scope.module.resources.find(
        p => p.mode === 'resource' && p.type === type && p.name === name,
      );
      const role = profile?.type === 'aws_iam_instance_profile' ? attributeOf(profile.body, 'role')?.value : undefined;
      const arns = role === undefined ? undefined : roleArns(role, behind.scope, place);
      return pass(subject, value, arns, 'ec2.amazonaws.com');
    });
  return { needs: found.flatMap(f => f.needs), notes: found.flatMap(f => f.notes) };
}

/** A function's code in a bucket is read in the name of who makes the function. */
function codeNeeds(subject: Subject): readonly Need[] {
  const { resource, scope, place } = subject;
  if (resource.type !== 'aws_lambda_function' && resource.type !== 'aws_lambda_layer_version') return [];
  const bucket = attributeOf(resource.body, 's3_bucket');
  const key = attributeOf(resource.body, 's3_key');
  if (bucket === undefined || bucket.value.kind === 'null') return [];
  const text = (value: Expression | undefined): string => {
    const known = value === undefined ? undefined : knownText(value, scope);
    return known === undefined || /[*?$]/.test(known.text) ? '*' : known.text + (known.open ? '*' : '');
  };
  const action = attributeOf(resource.body, 's3_object_version') === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
  const object = `arn:${place.partition}:s3:::${text(bucket.value)}/${text(key?.value)}`;
  return [
    byHand(subject, {
      action,
      location: at(resource.file, bucket),
      resources: [object],
      why: object.includes(':::*') ? 'NameNotKnown' : '',
    }),
  ];
}

/** CloudFront writes itself into the ACL of the bucket that it logs to. */
function logBucketNeeds(subject: Subject): readonly Need[] {
  const { resource, scope, place } = subject;
  if (resource.type !== 'aws_cloudfront_distribution') return [];
  return valuesAt(resource.body, ['logging_config', 'bucket']).flatMap(value => {
    const path = pathOf(value);
    const known = path === undefined ? undefined : referencedName(path, scope);
    const text = known ?? knownText(value, scope);
    const name =
      text?.open === false
        ? /^([a-z0-9.-]+?)(?:\.s3[a-z0-9.-]*\.amazonaws\.com(?:\.cn)?)?$/.exec(text.text)?.[1]
        : undefined;
    return ['s3:GetBucketAcl', 's3:PutBucketAcl'].map(action =>
      byHand(subject, {
        action,
        location: at(resource.file, value),
        resources: [`arn:${place.partition}:s3:::${name ?? '*'}`],
        why: name === undefined ? 'NameNotKnown' : '',
      }),
    );
  });
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

/** The values of an argument, inside of nested blocks and objects too: `target.role_arn`. */
function valuesAt(body: Body, path: readonly string[]): readonly Expression[] {
  const [first = '', ...rest] = path;
  const attribute = attributeOf(body, first);
  if (rest.length === 0) return attribute === undefined ? [] : [attribute.value];
  const blocks = [
    ...blocksOf(body, first).map(block => block.body),
    ...body.blocks
      .filter(block => block.type === 'dynamic' && block.labels[0]?.value === first)
      .flatMap(block => blocksOf(block.body, 'content').map(content => content.body)),
  ];
  return blocks.flatMap(inside => valuesAt(inside, rest));
}

/** What applying a resource needs of other services, beside its keys. */
export function relatedNeeds(subject: Subject): FoundNeeds {
  const found = [passRoleNeeds(subject), profileNeeds(subject)];
  return {
    needs: [
      ...found.flatMap(f => f.needs),
      ...serviceLinkedRoleNeeds(subject),
      ...managedPasswordNeeds(subject),
      ...codeNeeds(subject),
      ...logBucketNeeds(subject),
    ],
    notes: found.flatMap(f => f.notes),
  };
}
