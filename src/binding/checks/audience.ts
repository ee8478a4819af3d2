import { bindingRow } from './bindingRow';
import { accountsOf } from './configurations';
import type { CheckResult } from './row';
import { label } from './variables';

/** Is the audience that tokens carry among those that the OIDC provider accepts? */
export const providerAudience = bindingRow({
  id: 'provider-audience',
  title: 'Audience',
  why: 'The audience of the token must be in the list of the OIDC provider.',
  failureModes: ['audience-missing'],
  inProof: 'needed',
  refutes: ['audience-missing'],
  run: ({ facts }) =>
    accountsOf(facts).flatMap((a): readonly CheckResult<'audience-missing'>[] => {
      if (a.state !== 'read' || a.account.provider.state === 'unknown') return [];
      const provider = a.account.provider.value;
      if (provider === undefined) return [];
      const { audience, tag } = a.configuration;
      const base = { configuration: label(a.configuration) };
      if (provider.audiences.includes(audience))
        return [{ ...base, state: 'ok', evidence: [`The OIDC provider accepts "${audience}".`] }];
      const accepts = provider.audiences.map(x => `"${x}"`).join(', ') || 'no audience';
      return [
        {
          ...base,
          state: 'wrong',
          evidence: [`The OIDC provider accepts ${accepts}; tokens carry "${audience}".`],
          nextStep: 'Add the audience to the OIDC provider.',
          remedy: { kind: 'add-audience', tag, audience },
          failureModes: ['audience-missing'],
        },
      ];
    }),
});
