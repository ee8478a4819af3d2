import { awsManagedPolicyExists } from './account';
import { noSuchEntity } from './awsError';
import type { Action } from './iamRoles';

const anyText = /^[^]*$/;

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** What AWS's own policies hold, as far as tests need it. */
const awsManaged = (name: string): object => ({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: name === 'AdministratorAccess' ? '*' : ['s3:Get*', 's3:List*'], Resource: '*' },
  ],
});

/** Reading managed policies. There is one version of each. */
export const policyActions: Readonly<Record<string, Action>> = {
  GetPolicyVersion(store, account, params) {
    const arn = params.required('PolicyArn', anyText, 2048, 20);
    const version = params.required('VersionId', /^v[1-9]\d*(?:\.[A-Za-z0-9-]*)?$/, 64);
    const own = account.policies.get(arn);
    if (own === undefined && !awsManagedPolicyExists(account.partition, arn))
      throw noSuchEntity(`Policy ${arn} was not found.`);
    if (version !== 'v1') throw noSuchEntity(`Policy ${arn} version ${version} does not exist or is not attachable.`);
    const document = own?.document ?? JSON.stringify(awsManaged(arn.slice(arn.lastIndexOf('/') + 1)));
    return {
      PolicyVersion: {
        Document: encode(document),
        VersionId: 'v1',
        IsDefaultVersion: true,
        CreateDate: store.date(),
      },
    };
  },
};
