import { type Command, command } from '../command';
import { completions as script, shells } from '../completions';
import { UsageError } from '../option';

/** `all` names every command, this one too: it is asked when the script is made. */
export const completions = (all: () => readonly Command[]): Command =>
  command({
    name: 'completions',
    group: 'This program',
    summary: 'print what makes a shell complete commands, options and their values',
    operands: shells.join('|'),
    about: 'The script is made of the same table of options as this help.',
    options: {},
    examples: [
      'eval "$(tfc-oidc completions bash)"',
      'tfc-oidc completions zsh > "${fpath[1]}/_tfc-oidc"',
      'tfc-oidc completions fish > ~/.config/fish/completions/tfc-oidc.fish',
      'tfc-oidc completions powershell | Out-String | Invoke-Expression',
    ],
    exits: { 0: 'printed', 2: 'there is no such shell' },
    run(context, { positionals }) {
      const [given, ...more] = positionals;
      const shell = shells.find(known => known === given);
      if (shell === undefined || more.length > 0)
        throw new UsageError(
          `one shell is needed: ${shells.join(', ')}${given === undefined ? '' : `; it was "${positionals.join(' ')}"`}`,
        );
      context.out(script(shell, all()));
      return Promise.resolve(0);
    },
  });
