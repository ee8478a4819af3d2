import type { StoredAccount, StoredRole } from './account';
import { noSuchEntity } from './awsError';
import { page, type Action } from './iamRoles';
import type { IamStore } from './iamStore';
import { documentsOf, serviceOf } from './simulate';
import type { XmlValue } from './xml';

/**
 * GenerateServiceLastAccessedDetails and its report: a job that takes time, by services or by actions. Actions are told for some
 * services only, and of those for some actions only, as with AWS
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed-action-last-accessed.html).
 */
const tracked: Readonly<Record<string, readonly string[]>> = {
  s3: ['CreateBucket', 'DeleteBucket', 'GetBucketLocation', 'ListAllMyBuckets', 'PutBucketPolicy', 'PutBucketTagging'],
  ec2: ['DescribeInstances', 'RunInstances', 'TerminateInstances', 'CreateVpc', 'DeleteVpc', 'DescribeVpcs'],
  iam: ['CreateRole', 'DeleteRole', 'GetRole', 'ListRoles', 'PassRole', 'CreateUser', 'DeleteUser'],
  lambda: ['CreateFunction', 'DeleteFunction', 'GetFunction'],
};

const arnOf = /^arn:[a-z-]+:iam::(\d{12}):(role|user|group|policy)\/.+$/;

function roleOf(account: StoredAccount, arn: string): StoredRole {
  const role = [...account.roles.values()].find(r => r.arn === arn);
  if (role === undefined) throw noSuchEntity(`The entity with arn ${arn} cannot be found.`);
  return role;
}

/** Services that the role's own policies name; `*` stands for the ones that are tracked here. */
function servicesOf(account: StoredAccount, role: StoredRole): readonly string[] {
  const found = new Set<string>();
  for (const statement of documentsOf(account, role).flat()) {
    if (statement['Effect'] !== 'Allow') continue;
    for (const action of [statement['Action']].flat().map(String)) {
      if (action === '*') for (const name of Object.keys(tracked)) found.add(name);
      else found.add(serviceOf(action));
    }
  }
  return [...found].sort();
}

function serviceXml(role: StoredRole, service: string, byAction: boolean): XmlValue {
  const used = [...(role.activity ?? [])].filter(([action]) => serviceOf(action) === service);
  const latest = used.map(([, use]) => use).sort((a, b) => (a.date < b.date ? 1 : -1))[0];
  const actions = byAction ? tracked[service] : undefined;
  return {
    ServiceName: service.toUpperCase(),
    ServiceNamespace: service,
    ...(latest && {
      LastAuthenticated: latest.date,
      LastAuthenticatedEntity: role.arn,
      LastAuthenticatedRegion: latest.region,
    }),
    TotalAuthenticatedEntities: latest === undefined ? 0 : 1,
    ...(actions && {
      TrackedActionsLastAccessed: actions.map(name => {
        const use = role.activity?.get(`${service}:${name}`);
        return {
          ActionName: name,
          ...(use && {
            LastAccessedEntity: role.arn,
            LastAccessedTime: use.date,
            LastAccessedRegion: use.region,
          }),
        };
      }),
    }),
  };
}

export const lastAccessedActions: Readonly<Record<string, Action>> = {
  GenerateServiceLastAccessedDetails(store, account, params) {
    const arn = params.required('Arn', arnOf, 2048, 20);
    const granularity = params.optional('Granularity', /^(SERVICE_LEVEL|ACTION_LEVEL)$/, 20) ?? 'SERVICE_LEVEL';
    roleOf(account, arn);
    const id = jobId(store);
    store.jobs.set(id, {
      accountId: account.id,
      arn,
      granularity: granularity === 'ACTION_LEVEL' ? 'ACTION_LEVEL' : 'SERVICE_LEVEL',
      createDate: store.date(),
      left: store.jobTakes,
    });
    return { JobId: id };
  },

  GetServiceLastAccessedDetails(store, account, params) {
    const id = params.required('JobId', /^[\w-]{36}$/, 36, 36);
    const job = store.jobs.get(id);
    if (job === undefined || job.accountId !== account.id) throw noSuchEntity(`No job ${id} exists.`);
    const head = { JobType: job.granularity, JobCreationDate: job.createDate };
    if (job.left > 0) {
      job.left -= 1;
      return { ...head, JobStatus: 'IN_PROGRESS', ServicesLastAccessed: [], IsTruncated: false };
    }
    const role = roleOf(account, job.arn);
    const rows = servicesOf(account, role).map(s => serviceXml(role, s, job.granularity === 'ACTION_LEVEL'));
    const list = page(store, params, rows, 'ServicesLastAccessed') as { readonly [name: string]: XmlValue };
    return { ...head, JobStatus: 'COMPLETED', JobCompletionDate: store.date(), ...list };
  },
};

const jobId = (store: IamStore): string =>
  `0a1b2c3d-0000-4000-8000-${(store.jobs.size + 1).toString(16).padStart(12, '0')}`;
