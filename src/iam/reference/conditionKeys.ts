import { closest } from './actions';

/** What a condition key's values are. */
export type KeyType = 'String' | 'ARN' | 'Bool' | 'Numeric' | 'Date' | 'IPAddress';

export interface ConditionKey {
  /** In AWS's own letters; keys are compared without regard to case. */
  readonly name: string;
  /** Epoch times are dates and numbers. */
  readonly types: readonly string[];
  /** A request has a list of values for it; known for keys of AWS as a whole only. */
  readonly many: boolean;
}

/**
 * Keys of AWS as a whole, and those of services that requests to other services carry.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
const globalKeys: Readonly<Record<KeyType, string>> = {
  String: `aws:PrincipalAccount aws:PrincipalOrgID aws:PrincipalTag/ aws:PrincipalServiceName aws:PrincipalType aws:userid
    aws:username aws:AssumedRoot aws:FederatedProvider aws:Ec2InstanceSourceVpc aws:SourceIdentity aws:SourceVpc aws:SourceVpce
    aws:VpceAccount aws:VpceOrgID aws:ResourceAccount aws:ResourceOrgID aws:ResourceTag/ aws:CalledViaFirst aws:CalledViaLast
    aws:referer aws:RequestedRegion aws:RequestTag/ aws:SourceAccount aws:SourceOrgID aws:SourceOwner aws:UserAgent
    aws:SigninSessionArn aws:LambdaInvokedBy glue:CredentialIssuingService identitystore:UserId
    aws:PrincipalOrgPaths[] aws:PrincipalServiceNamesList[] aws:VpceOrgPaths[] aws:ResourceOrgPaths[] aws:CalledVia[] aws:TagKeys[]
    aws:SourceOrgPaths[]`,
  ARN: `aws:PrincipalArn aws:ChatbotSourceArn aws:SourceArn aws:SourceVpcArn ec2:SourceInstanceArn lambda:SourceFunctionArn
    ssm:SourceInstanceArn glue:RoleAssumedBy codebuild:BuildArn codebuild:ProjectArn`,
  Bool: 'aws:MultiFactorAuthPresent aws:PrincipalIsAWSService aws:SecureTransport aws:ViaAWSService aws:IsMcpServiceAction aws:ViaAWSMCPService',
  Numeric: 'aws:MultiFactorAuthAge aws:EpochTime ec2:RoleDelivery',
  Date: 'aws:CurrentTime aws:EpochTime aws:TokenIssueTime',
  IPAddress: 'aws:SourceIp aws:VpcSourceIp aws:Ec2InstanceSourcePrivateIPv4',
};

/** Which condition keys exist. Source: AWS's service authorization reference (scripts/permissions/reference.mjs), and `globalKeys`. */
export class ConditionKeys {
  private readonly exact = new Map<string, ConditionKey>();
  /** Keys whose last part the user chooses: `aws:ResourceTag/`. */
  private readonly open = new Map<string, ConditionKey>();
  private readonly prefixes = new Set<string>();

  constructor(services: Iterable<readonly (readonly [key: string, type: string])[]>) {
    for (const rows of services) for (const [key, type] of rows) this.add(key, [type], false);
    for (const [type, names] of Object.entries(globalKeys)) {
      for (const word of names.split(/\s+/)) {
        const many = word.endsWith('[]');
        const name = many ? word.slice(0, -2) : word;
        const before = this.exact.get(name.toLowerCase());
        this.add(name.endsWith('/') ? `${name}\${TagKey}` : name, [...(before?.types ?? []), type], many);
      }
    }
  }

  private add(written: string, types: readonly string[], many: boolean): void {
    // AWS writes the part that the user chooses as `${TagKey}`, `<key>`, `tag-key`, or leaves it out behind the slash.
    const at = written.search(/\$\{|<|\{|(?<=\/)(?:tag-key)?$/i);
    const name = at < 0 ? written : written.slice(0, at);
    (at < 0 ? this.exact : this.open).set(name.toLowerCase(), { name, types, many });
    this.prefixes.add(prefixOf(written));
  }

  find(key: string): ConditionKey | undefined {
    const lower = key.toLowerCase();
    const found = this.exact.get(lower);
    if (found !== undefined) return found;
    for (let at = lower.length - 1; at > 0; at--) {
      if (!/[/:]/.test(lower.charAt(at))) continue;
      const open = this.open.get(lower.slice(0, at + 1));
      if (open !== undefined && at + 1 < lower.length) return open;
    }
    return undefined;
  }

  /** Can it be said whether a key exists? Keys of identity providers (`app.terraform.io:sub`) are theirs to make. */
  judges(key: string): boolean {
    const prefix = prefixOf(key);
    return !/[./]/.test(prefix) && (!key.includes(':') || this.prefixes.has(prefix));
  }

  /** The key that is meant: the same name behind another prefix, or the nearest of its prefix. */
  nearest(key: string): string | undefined {
    const lower = key.toLowerCase();
    const bare = lower.slice(lower.indexOf(':') + 1);
    const own = [...this.exact.keys(), ...this.open.keys()];
    const found =
      [`aws:${bare}`, `aws:${bare.split('/')[0] ?? ''}/`].find(k => own.includes(k)) ??
      closest(
        lower,
        own.filter(k => prefixOf(k) === (lower.includes(':') ? prefixOf(lower) : 'aws')),
      ) ??
      (lower.includes(':') ? undefined : closest(`aws:${lower}`, own));
    return found === undefined ? undefined : (this.exact.get(found) ?? this.open.get(found))?.name;
  }
}

const prefixOf = (key: string): string => (key.includes(':') ? key.slice(0, key.indexOf(':')) : key).toLowerCase();
