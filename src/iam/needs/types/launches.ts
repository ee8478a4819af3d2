import { arnPattern } from '../arnPattern';
import { at, attributeOf, type ResourceBlock } from '../../../terraform/model';
import type { Body } from '../../../terraform/syntax/ast';
import { nameOf, roleArns } from '../arns';
import type { FoundNeeds, Need } from '../need';
import { pass } from '../passing';
import { isSet } from '../wanted';
import { byHand, nothing, resourceBehind, type NeedingResource, valuesAt } from '../needingResource';
import type { Scope } from '../scope';

const withProfiles: ReadonlySet<string> = new Set([
  'aws_instance',
  'aws_launch_template',
  'aws_launch_configuration',
  'aws_spot_instance_request',
  'aws_spot_fleet_request',
  'aws_emr_cluster',
  'aws_batch_compute_environment',
  'aws_imagebuilder_infrastructure_configuration',
]);
const profiles = [
  'iam_instance_profile',
  'iam_instance_profile.name',
  'iam_instance_profile.arn',
  'launch_specification.iam_instance_profile',
  'launch_specification.iam_instance_profile_arn',
  'ec2_attributes.instance_profile',
  'compute_resources.instance_role',
  'instance_profile_name',
];

/** The role inside of an instance profile is passed to EC2 by who starts the instance. */
export function profileNeeds(needing: NeedingResource): FoundNeeds {
  const { resource, scope, place } = needing;
  if (!withProfiles.has(resource.type)) return nothing;
  const values = profiles.flatMap(path => valuesAt(resource.body, path.split('.')));
  const found = values
    .filter(value => value.kind !== 'null')
    .map(value => {
      const behind = resourceBehind(value, scope);
      const profile = behind?.resource;
      const role = profile?.type === 'aws_iam_instance_profile' ? attributeOf(profile.body, 'role')?.value : undefined;
      const arns = role === undefined || behind === undefined ? undefined : roleArns(role, behind.scope, place);
      return pass(needing, value, arns, 'ec2.amazonaws.com');
    });
  return { needs: found.flatMap(f => f.needs), notes: found.flatMap(f => f.notes) };
}

/** Types that start instances from a launch template, in the name of the caller; the argument that names the template. */
const launchers: Readonly<Record<string, readonly string[]>> = {
  aws_autoscaling_group: [
    'launch_template',
    'mixed_instances_policy.launch_template.launch_template_specification',
    'mixed_instances_policy.launch_template.override.launch_template_specification',
  ],
  aws_eks_node_group: ['launch_template'],
  aws_ec2_fleet: ['launch_template_config.launch_template_specification'],
  aws_spot_fleet_request: ['launch_template_config.launch_template_specification'],
};

/** Kinds that an instance always has, and those that it has where the template says so. */
const always = ['instance', 'launch-template', 'network-interface', 'security-group', 'subnet', 'volume'];
const where: readonly (readonly [kind: string, argument: string])[] = [
  ['key-pair', 'key_name'],
  ['placement-group', 'placement'],
  ['capacity-reservation', 'capacity_reservation_specification'],
];

/**
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html,
 * https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
 */
export function launchNeeds(needing: NeedingResource): readonly Need[] {
  const { resource, scope, place } = needing;
  const blocks = (Object.hasOwn(launchers, resource.type) ? launchers[resource.type] : undefined) ?? [];
  const named = blocks.flatMap(path =>
    ['id', 'name', 'launch_template_id', 'launch_template_name'].flatMap(name =>
      valuesAt(resource.body, [...path.split('.'), name]),
    ),
  );
  const [first] = named;
  if (first === undefined) return [];
  const location = at(resource.file, first);
  const templates = named.map(value => resourceBehind(value, scope));
  const bodies = templates.map(t => (t?.resource.type === 'aws_launch_template' ? t.resource.body : undefined));
  const has = (argument: string): boolean => bodies.some(b => b === undefined || isSet(b, [argument]));
  const kinds = [...always, ...where.filter(([, argument]) => has(argument)).map(([kind]) => kind)];
  const keys = [...new Set(templates.map(t => keyOf(t)))];
  const resources = [
    ...kinds.flatMap(kind =>
      kind === 'key-pair'
        ? keys.flatMap(key => (key === '' ? [] : [arnPattern('ec2', 'regional', place, `key-pair/${key}`)]))
        : [arnPattern('ec2', 'regional', place, `${kind}/*`)],
    ),
    arnPattern('ec2', 'public', place, 'image/*'),
    ...(bodies.some(b => b !== undefined && isSet(b, ['block_device_mappings', 'ebs', 'snapshot_id']))
      ? [arnPattern('ec2', 'public', place, 'snapshot/*')]
      : []),
  ];
  const tagged = bodies.some(b => b === undefined || isSet(b, ['tag_specifications'])) || propagates(resource.body);
  return [
    byHand(needing, { action: 'ec2:RunInstances', location, resources, why: 'NameNotKnown' }),
    ...(tagged || resource.type === 'aws_eks_node_group'
      ? [
          byHand(needing, {
            action: 'ec2:CreateTags',
            location,
            resources: ['instance', 'network-interface', 'volume'].map(kind =>
              arnPattern('ec2', 'regional', place, `${kind}/*`),
            ),
            why: 'NameNotKnown',
            condition: { StringEquals: { 'ec2:CreateAction': 'RunInstances' } },
          }),
        ]
      : []),
  ];
}

/** The name of the template's key pair; `*`: not known; empty: it has none. */
function keyOf(template: { readonly resource: ResourceBlock; readonly scope: Scope } | undefined): string {
  if (template?.resource.type !== 'aws_launch_template') return '*';
  const { resource, scope } = template;
  if (!isSet(resource.body, ['key_name'])) return '';
  const name = nameOf(resource, scope, 'key_name');
  return name === undefined ? '*' : name.text + (name.open ? '*' : '');
}

/** Does an Auto Scaling group hand its tags on to its instances? */
function propagates(body: Body): boolean {
  return valuesAt(body, ['tag', 'propagate_at_launch']).some(v => v.kind !== 'bool' || v.text === 'true');
}
