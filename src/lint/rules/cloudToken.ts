import { attributeOf } from '../../terraform/model';
import { remove } from '../removal';
import type { Rule } from '../rule';

export const cloudToken: Rule = {
  code: 'cloud-token',
  severity: 'error',
  summary: '`token` in a `cloud` block or `backend "remote"`',
  explanation:
    'A token of HCP Terraform in the repository lets everyone who reads it act as you. Remove it, revoke it, and sign in with `terraform login`, or give the token in a TF_TOKEN_… environment variable.',
  run: context =>
    context.modules.flatMap(module =>
      module.terraformBlocks.flatMap(({ file, body }) =>
        body.blocks
          .filter(b => b.type === 'cloud' || (b.type === 'backend' && b.labels[0]?.value === 'remote'))
          .flatMap(block => {
            const token = attributeOf(block.body, 'token');
            if (token === undefined || token.value.kind === 'null') return [];
            return [
              {
                file,
                span: token,
                message: `token in ${block.type === 'cloud' ? 'the cloud block' : 'backend "remote"'} is a secret in the repository. Remove and revoke it; sign in with "terraform login".`,
                fixes: [
                  { id: 'remove-argument', title: 'Remove token', edits: [remove(file, token)], preferred: true },
                ],
              },
            ];
          }),
      ),
    ),
};
