import { arnPattern } from '../arnPattern';
import { at, attributeOf, type ResourceBlock } from '../../../terraform/model';
import { resourceArns } from '../arns';
import type { Need } from '../need';
import { byHand, resourceBehind, type NeedingResource } from '../needingResource';
import type { Place, Scope } from '../scope';
import { instancesOf, knownText } from '../values';

/**
 * A password that RDS or Redshift keeps in Secrets Manager, in a secret whose name begins with `rds!` or `redshift!`.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html#rds-secrets-manager-permissions
 * https://docs.aws.amazon.com/redshift/latest/mgmt/redshift-secrets-manager-integration.html
 */
export function managedPasswordNeeds(needing: NeedingResource): readonly Need[] {
  const { resource, scope, place } = needing;
  const redshift = resource.type === 'aws_redshift_cluster';
  const managed = attributeOf(resource.body, redshift ? 'manage_master_password' : 'manage_master_user_password');
  if (managed === undefined || managed.value.kind === 'null' || knownText(managed.value, scope)?.text === 'false')
    return [];
  const location = at(resource.file, managed);
  const secrets = [arnPattern('secretsmanager', 'regional', place, `secret:${redshift ? 'redshift' : 'rds'}!*`)];
  const keys = [arnPattern('kms', 'regional', place, 'key/*')];
  const more = redshift
    ? [
        'secretsmanager:DeleteSecret',
        'secretsmanager:DescribeSecret',
        'secretsmanager:RotateSecret',
        'secretsmanager:UpdateSecret',
      ]
    : [];
  return [
    ...['secretsmanager:CreateSecret', 'secretsmanager:TagResource', ...more].map(action =>
      byHand(needing, { action, location, resources: secrets }),
    ),
    ...(redshift
      ? [
          byHand(needing, {
            action: 'secretsmanager:GetRandomPassword',
            location,
            resources: ['*'],
            why: 'NoResourceScope',
          }),
        ]
      : []),
    byHand(needing, { action: 'kms:DescribeKey', location, resources: keys, why: 'NameNotKnown' }),
  ];
}

const snapshots: Readonly<Record<string, { readonly kind: string; readonly owner: string; readonly action: string }>> =
  {
    aws_db_instance: { kind: 'snapshot', owner: 'db', action: 'rds:CreateDBSnapshot' },
    aws_rds_cluster: { kind: 'cluster-snapshot', owner: 'cluster', action: 'rds:CreateDBClusterSnapshot' },
    aws_docdb_cluster: { kind: 'cluster-snapshot', owner: 'cluster', action: 'rds:CreateDBClusterSnapshot' },
    aws_neptune_cluster: { kind: 'cluster-snapshot', owner: 'cluster', action: 'rds:CreateDBClusterSnapshot' },
  };

/**
 * Deleting a database makes a last snapshot unless the code says no. Dependent actions of DeleteDBInstance and DeleteDBCluster:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html
 */
export function finalSnapshotNeeds(needing: NeedingResource): readonly Need[] {
  const { resource, scope, place } = needing;
  const snapshot = Object.hasOwn(snapshots, resource.type) ? snapshots[resource.type] : undefined;
  const skip = attributeOf(resource.body, 'skip_final_snapshot');
  const skipped = skip === undefined ? undefined : knownText(skip.value, scope);
  if (snapshot === undefined || (skipped?.open === false && skipped.text === 'true')) return [];
  const named = attributeOf(resource.body, 'final_snapshot_identifier');
  const texts = instancesOf(resource.body, scope).map(instance => {
    const name = named === undefined ? undefined : knownText(named.value, instance);
    return name === undefined || /[*?$\s]/.test(name.text) ? '*' : name.text + (name.open ? '*' : '');
  });
  const location = at(resource.file, named ?? skip ?? resource.block.typeSpan);
  const last = texts.includes('*') ? ['*'] : [...new Set(texts)];
  const arns = last.map(text => arnPattern('rds', 'regional', place, `${snapshot.kind}:${text}`));
  const why = last.includes('*') ? 'NameNotKnown' : '';
  const own = resourceArns(resource, scope, place) ?? [arnPattern('rds', 'regional', place, `${snapshot.owner}:*`)];
  return [
    byHand(needing, { action: snapshot.action, location, resources: [...own, ...arns], why }),
    byHand(needing, { action: 'rds:AddTagsToResource', location, resources: arns, why }),
  ];
}

/** What a database is restored from: the kind of snapshot, and its ARN where the code names it. */
export interface RestoredFrom {
  readonly kind: 'snapshot' | 'cluster-snapshot';
  readonly arns: readonly string[];
}

/**
 * A cluster takes a cluster's snapshot by name or ARN, an instance's only by ARN:
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBClusterFromSnapshot.html
 */
export function restoredFrom({ type, body }: ResourceBlock, scope: Scope, place: Place): RestoredFrom | undefined {
  const own = Object.hasOwn(snapshots, type) ? snapshots[type]?.kind : undefined;
  const given = attributeOf(body, 'snapshot_identifier')?.value;
  if (own === undefined || given === undefined || given.kind === 'null') return undefined;
  const usual = own === 'snapshot' ? 'snapshot' : 'cluster-snapshot';
  const behind = resourceBehind(given, scope);
  const kindOfType =
    behind?.resource.type === 'aws_db_snapshot'
      ? 'snapshot'
      : behind?.resource.type === 'aws_db_cluster_snapshot'
        ? 'cluster-snapshot'
        : undefined;
  if (behind !== undefined && kindOfType !== undefined)
    return { kind: kindOfType, arns: resourceArns(behind.resource, behind.scope, place) ?? [] };
  const known = knownText(given, scope);
  if (known?.open !== false || known.text === '' || /[*?$\s]/.test(known.text)) return { kind: usual, arns: [] };
  const kind = /^arn:[^:]*:rds:[^:]*:[^:]*:(snapshot|cluster-snapshot):/.exec(known.text)?.[1];
  if (kind !== undefined) return { kind: kind === 'snapshot' ? 'snapshot' : 'cluster-snapshot', arns: [known.text] };
  return { kind: usual, arns: [arnPattern('rds', 'regional', place, `${usual}:${known.text}`)] };
}
