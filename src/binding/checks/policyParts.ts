import { readPolicyText } from '../../iam/policy/node';
import { readPolicy, type Statement } from '../../iam/policy/statement';

/** A condition on the subject or the audience of an issuer's tokens: `app.terraform.io:sub`. */
export interface ClaimKey {
  readonly key: string;
  /** In lower case, as condition keys compare. */
  readonly host: string;
  readonly claim: 'sub' | 'aud';
  readonly values: readonly string[];
}

/** The parts of one Allow statement that say whose tokens it is for. */
export interface IssuerStatement {
  /** Federated principals. */
  readonly principals: readonly string[];
  readonly keys: readonly ClaimKey[];
}

/** The Allow statements of a trust policy. A policy that is not JSON has none. */
export const issuerStatements = (policy: string): readonly IssuerStatement[] =>
  readPolicy(readPolicyText(policy).root)
    .statements.filter(s => s.effect === 'Allow')
    .map(s => ({ principals: s.principal?.federated.map(f => f.value) ?? [], keys: claimKeys(s) }));

const claimKeys = (statement: Statement): readonly ClaimKey[] =>
  statement.clauses.flatMap(clause => {
    const parts = /^(.+):(sub|aud)$/i.exec(clause.key);
    const [, host = '', claim = ''] = parts ?? [];
    return parts === null
      ? []
      : [
          {
            key: clause.key,
            host: host.toLowerCase(),
            claim: claim.toLowerCase() === 'sub' ? ('sub' as const) : ('aud' as const),
            values: clause.values.map(v => v.value),
          },
        ];
  });
