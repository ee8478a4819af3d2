import type { Location } from '../../../core/text';
import { attributeOf, blocksOf, type ResourceBlock, type Root } from '../../../terraform/model';
import type { Expression, ObjectItem } from '../../../terraform/syntax/ast';
import { roleArns } from '../arns';
import type { FoundNeeds, Need, Phase } from '../need';
import type { Scope } from '../scope';
import { knownText } from '../values';

interface StatePlace {
  readonly address: string;
  readonly location: Location;
  get(name: string): Expression | undefined;
}

/** What the s3 backend needs: https://developer.hashicorp.com/terraform/language/backend/s3#permissions-required */
export function backendNeeds(root: Root, scope: Scope, phase: Phase): FoundNeeds {
  const { backend } = root;
  if (backend?.type !== 's3') return { needs: [], notes: [] };
  const role = blocksOf(backend.body, 'assume_role')[0]?.body ?? backend.body;
  const assumed = attributeOf(backend.body, 'assume_role')?.value;
  const own: StatePlace = {
    address: 'backend.s3',
    location: backend.location,
    get: name =>
      name === 'role_arn' && assumed?.kind === 'object'
        ? itemOf(assumed.items, name)
        : attributeOf(name === 'role_arn' ? role : backend.body, name)?.value,
  };
  const workspaces =
    own.get('workspace_key_prefix') !== undefined ||
    root.modules.some(m => m.files.some(f => f.text.includes('terraform.workspace')));
  return stateNeeds(own, scope, { write: phase === 'apply', lock: true, workspaces });
}

/** What a `terraform_remote_state` data source needs to read another root's state. */
export function remoteStateNeeds(
  resource: ResourceBlock,
  scope: Scope,
  address: string,
  location: Location,
): FoundNeeds {
  const backend = attributeOf(resource.body, 'backend');
  const type = backend === undefined ? undefined : knownText(backend.value, scope)?.text;
  // HCP Terraform ("remote"), files and other clouds need nothing of AWS.
  if (type !== undefined && type !== 's3') return { needs: [], notes: [] };
  if (type === undefined)
    return {
      needs: [],
      notes: [`${address}: its backend is not known here; what reading its state needs is missing.`],
    };
  const config = attributeOf(resource.body, 'config')?.value;
  const items = config?.kind === 'object' ? config.items : [];
  const assumed = itemOf(items, 'assume_role');
  const place: StatePlace = {
    address,
    location,
    get: name =>
      (name === 'role_arn' && assumed?.kind === 'object' ? itemOf(assumed.items, name) : undefined) ??
      itemOf(items, name),
  };
  const workspaces = attributeOf(resource.body, 'workspace') !== undefined;
  return stateNeeds(place, scope, { write: false, lock: false, workspaces });
}

function itemOf(items: readonly ObjectItem[], name: string): Expression | undefined {
  return items.find(item => item.keyText === name)?.value;
}

function stateNeeds(
  state: StatePlace,
  scope: Scope,
  use: { readonly write: boolean; readonly lock: boolean; readonly workspaces: boolean },
): FoundNeeds {
  const { partition, account } = scope.place;
  const text = (name: string): string | undefined => {
    const value = state.get(name);
    const known = value === undefined ? undefined : knownText(value, scope);
    return known?.open === false && !/[*?$]/.test(known.text) ? known.text : undefined;
  };
  const needs: Need[] = [];
  const notes: string[] = [];
  const need = (action: string, resources: readonly string[]): void => {
    needs.push({
      action,
      address: state.address,
      location: state.location,
      source: 'backend',
      confidence: 'high',
      resources,
      why: resources.includes('*') ? 'NameNotKnown' : '',
      region: undefined,
    });
  };
  const role = state.get('role_arn');
  if (role !== undefined && role.kind !== 'null') {
    const arns = roleArns(role, scope, scope.place);
    if (arns !== undefined) need('sts:AssumeRole', arns);
    notes.push(
      arns === undefined
        ? `${state.address}: the role that reads the state is not known here; allow sts:AssumeRole on it by hand.`
        : `${state.address}: the state is read as ${arns.join(' or ')}; that role needs the permissions on the bucket.`,
    );
    return { needs, notes };
  }
  const bucket = text('bucket');
  const key = text('key');
  if (bucket === undefined) {
    notes.push(
      `${state.address}: the bucket of the state is not in the code; allow reading${use.write ? ' and writing' : ''} it by hand.`,
    );
    return { needs, notes };
  }
  const bucketArn = `arn:${partition}:s3:::${bucket}`;
  const paths = key === undefined ? ['*'] : [key];
  // https://developer.hashicorp.com/terraform/language/backend/s3#workspace_key_prefix
  if (use.workspaces && key !== undefined) paths.push(`${text('workspace_key_prefix') ?? 'env:'}/*/${key}`);
  const objects = paths.map(path => `${bucketArn}/${path}`);
  need('s3:ListBucket', [bucketArn]);
  need('s3:GetObject', objects);
  if (use.write) need('s3:PutObject', objects);
  if (use.lock && text('use_lockfile') === 'true') {
    const locks = key === undefined ? objects : objects.map(o => `${o}.tflock`);
    for (const action of ['s3:GetObject', 's3:PutObject', 's3:DeleteObject']) need(action, locks);
  }
  const region = text('region') ?? scope.place.region ?? '*';
  const table = text('dynamodb_table');
  if (use.lock && table !== undefined) {
    const arn = table.startsWith('arn:')
      ? table
      : `arn:${partition}:dynamodb:${region}:${account ?? '*'}:table/${table}`;
    for (const action of ['dynamodb:DescribeTable', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'])
      need(action, [arn]);
  }
  const keyArn = state.get('kms_key_id');
  if (keyArn !== undefined && keyArn.kind !== 'null') {
    const known = text('kms_key_id');
    const arn =
      known === undefined
        ? `arn:${partition}:kms:${region}:${account ?? '*'}:key/*`
        : known.startsWith('arn:')
          ? known
          : `arn:${partition}:kms:${region}:${account ?? '*'}:key/${known.startsWith('alias/') ? '*' : known}`;
    need('kms:Decrypt', [arn]);
    if (use.write || use.lock) need('kms:GenerateDataKey', [arn]);
  }
  return { needs, notes };
}
