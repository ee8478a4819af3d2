import type { BindingFacts, ConfigurationFacts } from '../facts';
import { bindingRow } from './bindingRow';
import { accountsOf, rolesRead } from './configurations';
import type { TrustJudge } from './judge';
import { audienceVariable, letsIn } from './refusal';
import type { CheckResult } from './row';
import { label } from './variables';

/** Is the audience that tokens carry among those that the OIDC provider accepts? */
export const providerAudience = bindingRow({
  id: 'provider-audience',
  title: 'Audience',
  reason: 'audience is not accepted',
  why: 'The audience of the token must be in the list of the OIDC provider.',
  failureModes: ['audience-missing'],
  inProof: 'needed',
  refutes: ['audience-missing'],
  run: ({ facts, judge }) =>
    accountsOf(facts).flatMap((a): readonly CheckResult<'audience-missing'>[] => {
      if (a.state !== 'read' || a.account.provider.state === 'unknown') return [];
      const provider = a.account.provider.value;
      if (provider === undefined) return [];
      const { audience, tag } = a.configuration;
      const base = { configuration: label(a.configuration) };
      if (provider.audiences.includes(audience))
        return [{ ...base, state: 'ok', evidence: [`The OIDC provider accepts "${audience}".`] }];
      const agreed = agreedAudience(facts, a.configuration, provider.audiences, judge);
      const accepts = provider.audiences.map(x => `"${x}"`).join(', ') || 'no audience';
      return [
        {
          ...base,
          state: 'wrong',
          evidence: [`The OIDC provider accepts ${accepts}; tokens carry "${audience}".`],
          ...(agreed === undefined
            ? {
                nextStep: `Add the audience "${audience}" to the OIDC provider.`,
                remedy: { kind: 'add-audience', tag, audience },
              }
            : {
                nextStep: `Set ${audienceVariable(tag)} to ${agreed}: the OIDC provider and the trust policies agree on it.`,
                remedy: { kind: 'set-variable', key: audienceVariable(tag), value: agreed },
              }),
          failureModes: ['audience-missing'],
        },
      ];
    }),
});

/** An audience that the provider accepts and with which every role of the configuration lets its runs in: the variable is what lacks. */
function agreedAudience(
  facts: BindingFacts,
  configuration: ConfigurationFacts,
  audiences: readonly string[],
  judge: TrustJudge,
): string | undefined {
  const roles = rolesRead(facts).filter(read => read.configuration === configuration);
  if (roles.length === 0) return undefined;
  return audiences.find(audience => roles.every(read => letsIn(read, audience, judge)));
}
