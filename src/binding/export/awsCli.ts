import type { DesiredBinding, DesiredRole } from '../desired/desired';
import { bindingKinds } from '../place';
import { madeFor, managedByTag, nameTags } from '../desired/ownership';
import { providerArn } from './existing';

/**
 * The AWS half of the desired state as a bash script for the AWS CLI: it may be run twice, it stops in another account, and it
 * does not touch a role that was not made by it or by this tool.
 */
export function exportAwsCli(desired: DesiredBinding): string {
  const { account } = desired;
  const arn = providerArn(account.partition, account.accountId, account.provider.url);
  const out = [
    '#!/usr/bin/env bash',
    `# Dynamic provider credentials for HCP Terraform in AWS account ${account.accountId}.`,
    '# Needs the AWS CLI, version 2, with credentials that may write IAM. It can be run again at any time.',
    'set -euo pipefail',
    '',
    `account=${shell(account.accountId)}`,
    `provider=${shell(arn)}`,
    '',
    'actual=$(aws sts get-caller-identity --query Account --output text)',
    'if [ "$actual" != "$account" ]; then',
    '  echo "These credentials are for account $actual, the setup is for $account. Nothing was changed." >&2',
    '  exit 1',
    'fi',
    '',
    '# absent MESSAGE: goes on only where AWS said that there is no such thing; any other refusal ends the script',
    'absent() {',
    '  case $1 in',
    '  *NoSuchEntity*) ;;',
    '  *)',
    '    printf \'%s\\n\' "$1" >&2',
    '    exit 1',
    '    ;;',
    '  esac',
    '}',
    '',
    '# The OIDC provider: there is one per account and host; an existing one gets the audience added.',
    'if ! reason=$(aws iam get-open-id-connect-provider --open-id-connect-provider-arn "$provider" 2>&1 >/dev/null); then',
    '  absent "$reason"',
    `  aws iam create-open-id-connect-provider --url ${shell(account.provider.url)} \\`,
    `    --client-id-list ${account.provider.audiences.map(shell).join(' ')}${tagArguments(account.provider.tags, ' \\\n    ')} >/dev/null`,
    'fi',
    ...account.provider.audiences.map(
      audience =>
        `aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn "$provider" --client-id ${shell(audience)}`,
    ),
    '',
    '# owner ROLE NAME TAG: "absent", "ours" or "foreign" (also when it was made for another one)',
    'owner() {',
    '  local reason made name',
    '  if ! reason=$(aws iam get-role --role-name "$1" 2>&1 >/dev/null); then',
    '    absent "$reason"',
    '    echo absent',
    '    return',
    '  fi',
    `  made=$(aws iam list-role-tags --role-name "$1" --query "Tags[?Key=='${managedByTag}'].Value | [0]" --output text)`,
    `  name=$(aws iam list-role-tags --role-name "$1" --query "Tags[?Key=='$3'].Value | [0]" --output text)`,
    '  if [ "$made" = None ] || [ -z "$made" ]; then echo foreign; return; fi',
    '  if [ -n "$2" ] && [ "$name" != "$2" ]; then echo foreign; return; fi',
    '  echo ours',
    '}',
  ];
  for (const role of account.roles) out.push('', ...roleLines(role));
  out.push('', "cat <<'NEXT'");
  if (desired.variables.length > 0)
    out.push('Done. Set these environment variables in the HCP Terraform workspace (not sensitive):');
  for (const set of desired.variables) {
    out.push(`  ${set.scope.type === 'workspace' ? 'workspace' : 'variable set'} ${oneLine(set.scope.name)}:`);
    for (const variable of set.variables) out.push(`    ${oneLine(variable.key)} = ${oneLine(variable.value)}`);
  }
  for (const { stack, deployment, roleArn } of desired.inputs)
    out.push(
      `Done. Deployment ${oneLine(deployment)} of Stack ${oneLine(stack)} assumes ${oneLine(roleArn)}: give it as an input.`,
    );
  for (const { module, roleArn, audience } of desired.testConfigurations)
    out.push(
      `Done. Set the test configuration of module ${oneLine(module)}: role ${oneLine(roleArn)}, audience ${oneLine(audience)}.`,
    );
  out.push('NEXT', '');
  return out.join('\n');
}

function roleLines(role: DesiredRole): string[] {
  const name = shell(role.name);
  const trust = shell(JSON.stringify(role.trustPolicy));
  const made = madeFor(role.tags);
  const create = [
    `  aws iam create-role --role-name ${name} --path ${shell(role.path)}`,
    `    --description ${shell(role.description)}`,
    `    --assume-role-policy-document ${trust}`,
    ...(role.maxSessionDuration === undefined ? [] : [`    --max-session-duration ${role.maxSessionDuration}`]),
    ...(role.permissionsBoundaryArn === undefined
      ? []
      : [`    --permissions-boundary ${shell(role.permissionsBoundaryArn)}`]),
    ...(Object.keys(role.tags).length === 0 ? [] : [`   ${tagArguments(role.tags, ' ')}`]),
  ];
  return [
    `state=$(owner ${name} ${shell(made?.name ?? '')} ${shell(nameTags[made?.kind ?? 'workspace'])})`,
    'case $state in',
    'absent)',
    `${create.join(' \\\n')} >/dev/null`,
    `  aws iam wait role-exists --role-name ${name}`,
    '  ;;',
    'ours)',
    `  aws iam update-assume-role-policy --role-name ${name} --policy-document ${trust}`,
    `  aws iam update-role --role-name ${name} --description ${shell(role.description)}${role.maxSessionDuration === undefined ? '' : ` --max-session-duration ${role.maxSessionDuration}`}`,
    ...(role.permissionsBoundaryArn === undefined
      ? []
      : [
          `  aws iam put-role-permissions-boundary --role-name ${name} --permissions-boundary ${shell(role.permissionsBoundaryArn)}`,
        ]),
    ...(Object.keys(role.tags).length === 0
      ? []
      : [`  aws iam tag-role --role-name ${name}${tagArguments(role.tags, ' ')}`]),
    '  ;;',
    '*)',
    `  printf '%s\\n' ${shell(`The role ${role.name} exists and was not made by this tool for this ${bindingKinds[made?.kind ?? 'workspace'].noun}. Nothing of it was changed; choose another name or remove it.`)} >&2`,
    '  exit 1',
    '  ;;',
    'esac',
    ...role.inlinePolicies.map(
      policy =>
        `aws iam put-role-policy --role-name ${name} --policy-name ${shell(policy.name)} --policy-document ${shell(JSON.stringify(policy.document))}`,
    ),
    ...role.attachedPolicyArns.map(
      policy => `aws iam attach-role-policy --role-name ${name} --policy-arn ${shell(policy)}`,
    ),
  ];
}

function tagArguments(tags: Readonly<Record<string, string>>, separator: string): string {
  const pairs = Object.entries(tags).map(([Key, Value]) => shell(JSON.stringify({ Key, Value })));
  return pairs.length === 0 ? '' : `${separator}--tags ${pairs.join(' ')}`;
}

/** One word for a POSIX shell, whatever it holds. */
function shell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Text for the closing here-document: it must not be able to end it. */
function oneLine(value: string): string {
  return value.replace(/[\r\n]+/g, ' ');
}
