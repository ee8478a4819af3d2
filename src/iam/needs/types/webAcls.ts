import { attributeOf, type ResourceBlock } from '../../../terraform/model';
import { resourceBehind } from '../needingResource';
import type { Scope } from '../scope';
import { knownText } from '../values';

/** What AWS asks of the caller in the service whose resource a web ACL is put on. */
interface Target {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/**
 * By service. Dependent actions of AssociateWebACL, DisassociateWebACL and GetWebACLForResource:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awswafv2.html
 */
const targets: Readonly<Record<string, Target>> = {
  elasticloadbalancing: {
    reads: ['elasticloadbalancing:GetLoadBalancerWebACL'],
    writes: [
      'elasticloadbalancing:SetWebAcl',
      'elasticloadbalancing:CreateWebACLAssociation',
      'elasticloadbalancing:DeleteWebACLAssociation',
    ],
  },
  apigateway: { reads: [], writes: ['apigateway:SetWebACL'] },
  appsync: {
    reads: ['appsync:GetWebACLForResource'],
    writes: ['appsync:SetWebACL', 'appsync:AssociateWebACL', 'appsync:DisassociateWebACL'],
  },
  'cognito-idp': {
    reads: ['cognito-idp:GetWebACLForResource'],
    writes: ['cognito-idp:AssociateWebACL', 'cognito-idp:DisassociateWebACL'],
  },
  apprunner: {
    reads: ['apprunner:DescribeWebAclForService'],
    writes: ['apprunner:AssociateWebAcl', 'apprunner:DisassociateWebAcl'],
  },
  amplify: {
    reads: ['amplify:GetWebACLForResource'],
    writes: ['amplify:AssociateWebACL', 'amplify:DisassociateWebACL'],
  },
  ec2: {
    reads: ['ec2:GetVerifiedAccessInstanceWebAcl'],
    writes: ['ec2:AssociateVerifiedAccessInstanceWebAcl', 'ec2:DisassociateVerifiedAccessInstanceWebAcl'],
  },
};

const services: readonly (readonly [RegExp, string])[] = [
  [/^aws_a?lb$/, 'elasticloadbalancing'],
  [/^aws_api_gateway_/, 'apigateway'],
  [/^aws_appsync_/, 'appsync'],
  [/^aws_cognito_/, 'cognito-idp'],
  [/^aws_apprunner_/, 'apprunner'],
  [/^aws_amplify_/, 'amplify'],
  [/^aws_verifiedaccess_/, 'ec2'],
];

/** The service of the resource that a web ACL is put on, by the resource's type or its ARN; undefined: not known. */
export function webAclTarget({ type, body }: ResourceBlock, scope: Scope): string | undefined {
  const value = type === 'aws_wafv2_web_acl_association' ? attributeOf(body, 'resource_arn')?.value : undefined;
  if (value === undefined) return undefined;
  const behind = resourceBehind(value, scope)?.resource.type;
  const ofType = services.find(([pattern]) => behind !== undefined && pattern.test(behind))?.[1];
  const service = ofType ?? /^arn:[^:]*:([^:]+)/.exec(knownText(value, scope)?.text ?? '')?.[1];
  return service !== undefined && Object.hasOwn(targets, service) ? service : undefined;
}

/** Nothing is known of the resource: most of them are load balancers, and what else there is would be a guess. */
export function webAclActions(resource: ResourceBlock, scope: Scope): Target {
  const none = { reads: [], writes: [] };
  if (resource.type !== 'aws_wafv2_web_acl_association') return none;
  const { reads, writes } = targets[webAclTarget(resource, scope) ?? 'elasticloadbalancing'] ?? none;
  return { reads: ['wafv2:GetWebACL', ...reads], writes };
}
