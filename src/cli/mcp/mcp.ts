import { command } from '../command';
import { file, text } from '../option';

export const mcp = command({
  name: 'mcp',
  group: 'This program',
  summary: 'answer language models over the Model Context Protocol (stdio)',
  operands: '[PATH]',
  about: `A server for programs with a language model: it speaks the Model Context Protocol on standard input and output, and ends when its input does. Its tools read the Terraform code below PATH (default: the current folder) and judge policies that are handed to them; explain_binding also asks HCP Terraform, and AWS with --profile. None of them writes, none returns the value of a credential, and no tool chooses whose credentials are used: the options here do.`,
  options: {
    profile: text('NAME', 'explain_binding also reads this AWS account (nothing is written)'),
    region: text('REGION', "default: the profile's"),
    journal: file('DIR', 'where configure and apply kept what they wrote: tells whether a role was changed since'),
  },
  examples: ['{ "mcpServers": { "tfc-oidc": { "command": "npx", "args": ["-y", "tfc-oidc", "mcp", "."] } } }'],
  exits: { 0: 'its input ended', 2: 'could not run' },
  async run(context, { values, positionals }) {
    const { serve } = await import('./server');
    await serve(context, values, positionals);
    return 0;
  },
});
