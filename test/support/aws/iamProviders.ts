import type { StoredProvider } from './account';
import { alreadyExists, invalidInput, limitExceeded } from './awsError';
import { type Action, applyTags, page } from './iamRoles';
import type { XmlValue } from './xml';

const anyText = /^[^]*$/;

function checkUrl(url: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw invalidInput('Invalid Open ID Connect Provider URL');
  }
  if (parsed.protocol !== 'https:' || parsed.port !== '' || parsed.search !== '' || parsed.hash !== '') {
    throw invalidInput('Invalid Open ID Connect Provider URL');
  }
  return url.replace(/^https:\/\//i, '');
}

function checkClientIds(ids: readonly string[], quota: number): void {
  for (const id of ids) {
    if (id.length < 1 || id.length > 255) throw invalidInput('Invalid client ID');
  }
  if (ids.length > quota) throw limitExceeded(`Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: ${quota}`);
}

const arnOf = 'OpenIDConnectProviderArn';

export const providerActions: Readonly<Record<string, Action>> = {
  CreateOpenIDConnectProvider(store, account, params) {
    const url = checkUrl(params.required('Url', anyText, 255));
    const clientIds = [...new Set(params.list('ClientIDList'))];
    const thumbprints = params.list('ThumbprintList');
    checkClientIds(clientIds, account.quotas.clientIdsPerProvider);
    if (thumbprints.length > 5) throw limitExceeded('Thumbprint list must contain fewer than 5 entries.');
    if (thumbprints.some(t => !/^[0-9a-f]{40}$/i.test(t)))
      throw invalidInput('Thumbprint must be 40 hexadecimal characters.');
    const arn = `arn:${account.partition}:iam::${account.id}:oidc-provider/${url}`;
    const tags = new Map<string, string>();
    applyTags(account, tags, params.tags());
    if (account.providers.has(arn)) throw alreadyExists(`Provider with url https://${url} already exists.`);
    if (account.providers.size >= account.quotas.providers) {
      throw limitExceeded(`Cannot exceed quota for OpenIdConnectProvidersPerAccount: ${account.quotas.providers}`);
    }
    const stored: StoredProvider = {
      arn,
      url,
      createDate: store.date(),
      clientIds,
      thumbprints: [...thumbprints],
      tags,
    };
    account.providers.set(arn, stored);
    store.delay(stored, true);
    return {
      OpenIDConnectProviderArn: arn,
      Tags: tags.size > 0 ? [...tags].map(([Key, Value]) => ({ Key, Value })) : undefined,
    };
  },

  GetOpenIDConnectProvider(store, account, params) {
    const real = store.provider(account, params.required(arnOf, anyText, 2048, 20));
    const provider = store.seen(real) ?? real;
    return {
      Url: provider.url,
      CreateDate: provider.createDate,
      ClientIDList: provider.clientIds,
      ThumbprintList: provider.thumbprints,
      Tags: [...provider.tags].map(([Key, Value]) => ({ Key, Value })),
    };
  },

  ListOpenIDConnectProviders(store, account) {
    return {
      OpenIDConnectProviderList: [...account.providers.values()]
        .filter(p => store.seen(p) !== undefined)
        .map((p): XmlValue => ({ Arn: p.arn })),
    };
  },

  AddClientIDToOpenIDConnectProvider(store, account, params) {
    const provider = store.provider(account, params.required(arnOf, anyText, 2048, 20));
    const id = params.required('ClientID', anyText, 255);
    if (provider.clientIds.includes(id)) return undefined;
    checkClientIds([...provider.clientIds, id], account.quotas.clientIdsPerProvider);
    store.delay(provider);
    provider.clientIds.push(id);
    return undefined;
  },

  RemoveClientIDFromOpenIDConnectProvider(store, account, params) {
    const provider = store.provider(account, params.required(arnOf, anyText, 2048, 20));
    const id = params.required('ClientID', anyText, 255);
    store.delay(provider);
    // "This operation is idempotent; it does not fail or return an error if you try to remove a client ID that does not exist."
    provider.clientIds = provider.clientIds.filter(c => c !== id);
    return undefined;
  },

  TagOpenIDConnectProvider(store, account, params) {
    const provider = store.provider(account, params.required(arnOf, anyText, 2048, 20));
    store.delay(provider);
    applyTags(account, provider.tags, params.tags());
    return undefined;
  },

  UntagOpenIDConnectProvider(store, account, params) {
    const provider = store.provider(account, params.required(arnOf, anyText, 2048, 20));
    store.delay(provider);
    for (const key of params.list('TagKeys')) provider.tags.delete(key);
    return undefined;
  },

  ListOpenIDConnectProviderTags(store, account, params) {
    const real = store.provider(account, params.required(arnOf, anyText, 2048, 20));
    const provider = store.seen(real) ?? real;
    return page(
      store,
      params,
      [...provider.tags].map(([Key, Value]) => ({ Key, Value })),
      'Tags',
    );
  },

  UpdateOpenIDConnectProviderThumbprint(store, account, params) {
    const provider = store.provider(account, params.required(arnOf, anyText, 2048, 20));
    store.delay(provider);
    provider.thumbprints = [...params.list('ThumbprintList')];
    return undefined;
  },

  DeleteOpenIDConnectProvider(_store, account, params) {
    // Idempotent, and it says nothing of roles that still trust the provider.
    account.providers.delete(params.required(arnOf, anyText, 2048, 20));
    return undefined;
  },

  ListAccountAliases(_store, account) {
    return { AccountAliases: account.alias ? [account.alias] : [], IsTruncated: false };
  },
};
