import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ProblemError } from '../core/problem';
import type { NamedPolicy } from '../iam/permissions/evaluatePermissions';
import { policiesInCode } from '../iam/permissions/policiesInCode';
import { entry, listOf } from '../iam/policy/node';
import type { ParsedFile } from '../terraform/syntax/ast';
import { parseHcl } from '../terraform/syntax/hcl';
import { parseTerraformJson } from '../terraform/syntax/json';
import type { CliContext } from './command';

/** A file of Terraform code as the commands for policies read it; `undefined`: by its name it is none. */
export function policyCode(name: string, input: string): { file: ParsedFile; text: string } | undefined {
  if (!/\.(?:tf|tofu)(?:\.json)?$/i.test(name)) return undefined;
  const text = input.replace(/^\uFEFF/, '');
  return { file: /\.json$/i.test(name) ? parseTerraformJson(text, 'config') : parseHcl(text), text };
}

/** Terraform code without a policy that can be read. */
export const noPolicyIn = (name: string): ProblemError =>
  new ProblemError({
    code: 'no-policy',
    message: `${name} holds no policy that can be read without running Terraform.`,
    nextStep:
      'Name a file with an aws_iam_policy_document, a jsonencode({ Statement = … }), or the policy itself as JSON.',
  });

/** The permission policies of a file: the JSON that it is, or those that stand in Terraform code. */
export async function policiesOf(context: CliContext, name: string): Promise<readonly NamedPolicy[]> {
  const input = await readText(context, name);
  const code = policyCode(name, input);
  if (code === undefined) return [{ name, text: input }];
  const { file, text } = code;
  const found = policiesInCode(file, text).filter(
    // A trust policy or a resource's own says nothing of what the caller may do.
    ({ root }) => !listOf(entry(root, 'Statement')?.value).some(s => entry(s, 'Principal') ?? entry(s, 'NotPrincipal')),
  );
  if (found.length === 0) throw noPolicyIn(name);
  return found.map(policy => ({ name: `${name} (${policy.address})`, text, code: { ...policy, file: name } }));
}

async function readText(context: CliContext, name: string): Promise<string> {
  try {
    return await readFile(path.resolve(context.cwd, name), 'utf8');
  } catch (error) {
    throw new ProblemError({
      code: 'unreadable-file',
      message: `${name} can not be read: ${error instanceof Error ? error.message : String(error)}.`,
      nextStep: 'Name a policy that exists and can be read.',
    });
  }
}
