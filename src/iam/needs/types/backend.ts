import { bucketArn } from '../../../oidc/arns';
import { arnPattern } from '../arnPattern';
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

interface StateUse {
  readonly write: boolean;
  readonly lock: boolean;
  readonly workspaces: boolean;
}

function stateNeeds(state: StatePlace, scope: Scope, use: StateUse): FoundNeeds {
  const role = state.get('role_arn');
  if (role !== undefined && role.kind !== 'null') return readAsRole(state, role, scope);
  const text = (name: string): string | undefined => {
    const value = state.get(name);
    const known = value === undefined ? undefined : knownText(value, scope);
    return known?.open === false && !/[*?$]/.test(known.text) ? known.text : undefined;
  };
  const bucket = text('bucket');
  if (bucket === undefined) {
    const what = `reading${use.write ? ' and writing' : ''}`;
    return {
      needs: [],
      notes: [`${state.address}: the bucket of the state is not in the code; allow ${what} it by hand.`],
    };
  }
  const where: Where = { ...scope.place, region: text('region') ?? scope.place.region, text };
  return {
    needs: [
      ...objectNeeds(state, bucket, where, use),
      ...(use.lock ? tableNeeds(state, where) : []),
      ...stateKeyNeeds(state, where, use),
    ],
    notes: [],
  };
}

type Where = Scope['place'] & { readonly text: (name: string) => string | undefined };

const needOf = (state: StatePlace, action: string, resources: readonly string[]): Need => ({
  action,
  address: state.address,
  location: state.location,
  source: 'backend',
  confidence: 'high',
  resources,
  why: resources.includes('*') ? 'NameNotKnown' : '',
  region: undefined,
});

/** The state is read as another role, which then needs the rest. */
function readAsRole(state: StatePlace, role: Expression, scope: Scope): FoundNeeds {
  const arns = roleArns(role, scope, scope.place);
  const note =
    arns === undefined
      ? 'the role that reads the state is not known here; allow sts:AssumeRole on it by hand.'
      : `the state is read as ${arns.join(' or ')}; that role needs the permissions on the bucket.`;
  return {
    needs: arns === undefined ? [] : [needOf(state, 'sts:AssumeRole', arns)],
    notes: [`${state.address}: ${note}`],
  };
}

function objectNeeds(state: StatePlace, bucket: string, { partition, text }: Where, use: StateUse): readonly Need[] {
  const own = bucketArn(partition, bucket);
  const key = text('key');
  const paths = key === undefined ? ['*'] : [key];
  // https://developer.hashicorp.com/terraform/language/backend/s3#workspace_key_prefix
  if (use.workspaces && key !== undefined) paths.push(`${text('workspace_key_prefix') ?? 'env:'}/*/${key}`);
  const objects = paths.map(path => bucketArn(partition, bucket, path));
  const locks = key === undefined ? objects : objects.map(o => `${o}.tflock`);
  const lockActions = use.lock && text('use_lockfile') === 'true' ? ['GetObject', 'PutObject', 'DeleteObject'] : [];
  return [
    needOf(state, 's3:ListBucket', [own]),
    needOf(state, 's3:GetObject', objects),
    ...(use.write ? [needOf(state, 's3:PutObject', objects)] : []),
    ...lockActions.map(action => needOf(state, `s3:${action}`, locks)),
  ];
}

/** Locks in a table of DynamoDB. */
function tableNeeds(state: StatePlace, where: Where): readonly Need[] {
  const table = where.text('dynamodb_table');
  if (table === undefined) return [];
  const arn = table.startsWith('arn:') ? table : arnPattern('dynamodb', 'regional', where, `table/${table}`);
  return ['DescribeTable', 'GetItem', 'PutItem', 'DeleteItem'].map(action =>
    needOf(state, `dynamodb:${action}`, [arn]),
  );
}

/** The key that the state is encrypted with. An alias does not make the ARN of its key. */
function stateKeyNeeds(state: StatePlace, where: Where, use: StateUse): readonly Need[] {
  const key = state.get('kms_key_id');
  if (key === undefined || key.kind === 'null') return [];
  const known = where.text('kms_key_id') ?? '*';
  const arn = known.startsWith('arn:')
    ? known
    : arnPattern('kms', 'regional', where, `key/${known.startsWith('alias/') ? '*' : known}`);
  const actions = use.write || use.lock ? ['Decrypt', 'GenerateDataKey'] : ['Decrypt'];
  return actions.map(action => needOf(state, `kms:${action}`, [arn]));
}
