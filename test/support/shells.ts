import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { shells } from '../../src/cli/completions';

type Shell = (typeof shells)[number];

/** A shell that is installed: completes a command line in a folder, with our script, as somebody who presses Tab. */
export interface Completer {
  readonly name: string;
  /** The words that are offered, in the order of the alphabet. */
  offers(line: string, folder: string): readonly string[];
}

const environment = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8', TERM: 'dumb' };

function run(program: string, args: readonly string[], cwd: string): readonly string[] {
  const env = { ...environment, HOME: path.dirname(cwd) };
  const done = spawnSync(program, [...args], { cwd, env, encoding: 'utf8', timeout: 60_000 });
  assert.equal(done.status, 0, `${done.error?.message ?? ''}${done.stderr}${done.stdout}`);
  return done.stdout.split('\n').filter(line => line !== '');
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** bash makes words of spaces and of what stands in COMP_WORDBREAKS; the lines of tests hold no quotes. */
const bash = (script: string, line: string, cwd: string): readonly string[] => {
  const words = line.split(/ |(=)/).filter(word => word !== undefined);
  const cut = words.filter((word, i) => word !== '' || i === words.length - 1);
  // Behind "=" nothing is a word yet: bash hands over the sign itself.
  const given = cut.at(-2) === '=' && cut.at(-1) === '' ? cut.slice(0, -1) : cut;
  const ask = `. ${quoted(script)}
COMP_WORDS=(${given.map(quoted).join(' ')}); COMP_CWORD=${given.length - 1}; _tfc_oidc; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return run('bash', ['--norc', '-c', ask], cwd);
};

const fish = (script: string, line: string, cwd: string): readonly string[] =>
  run('fish', ['--no-config', '-c', `source ${quoted(script)}; complete -C ${quoted(line)}`], cwd).map(
    // Behind each word a tab and what is said of it; what is offered of `--option=` begins with that.
    offer => (offer.split('\t')[0] ?? '').replace(/^--[\w-]+=/, ''),
  );

/**
 * zsh completes in a terminal only: one of its own, in which Tab writes what compadd is given to a file. The script is found in $fpath
 * by its name, as it is meant to be.
 */
const zsh = (script: string, line: string, cwd: string): readonly string[] => {
  const inner = path.join(path.dirname(script), 'inner.zsh');
  writeFileSync(
    inner,
    `PS1= ; fpath=(${quoted(path.dirname(script))} $fpath)
autoload -Uz compinit; compinit -u -D
compadd() {
  # With one of these the words are only sorted into arrays; only the others are offered.
  if [[ \${argv[(i)-[AOD]]} -lt \${argv[(i)(-|--)]} ]]; then builtin compadd "$@"; return; fi
  local -a offered
  builtin compadd -A offered "$@"
  (( \${#offered} )) && print -rl -- $offered >>| ${quoted(`${inner}.words`)}
  builtin compadd "$@"
}
asked() { compprefuncs=(); zle complete-word; BUFFER= ; print -rn -- AS''KED }
zle -N asked; bindkey '^I' asked
cd ${quoted(cwd)}
print -r -- REA''DY
`,
  );
  return run(
    'zsh',
    [
      '-f',
      '-c',
      `zmodload zsh/zpty; rm -f ${quoted(`${inner}.words`)}; zpty terminal zsh -f -i
zpty -w terminal ${quoted(`source ${quoted(inner)}`)}; zpty -r terminal answer '*READY*'
zpty -wn terminal ${quoted(line)}$'\\t'; zpty -r terminal answer '*ASKED*'; zpty -d terminal
[[ -e ${quoted(`${inner}.words`)} ]] && cat ${quoted(`${inner}.words`)} || true`,
    ],
    cwd,
  );
};

const ways = { bash, fish, zsh };

/** Those that are installed; `scriptOf` says what our program prints for one, `folder` is where it may be kept. */
export function installedShells(scriptOf: (shell: Shell) => string, folder: string): readonly Completer[] {
  return (['bash', 'fish', 'zsh'] as const)
    .filter(name => spawnSync(name, ['-c', ':']).status === 0)
    .map(name => ({
      name,
      offers: (line, cwd) => {
        const own = path.join(folder, name);
        mkdirSync(own, { recursive: true });
        const script = path.join(own, '_tfc-oidc');
        writeFileSync(script, scriptOf(name));
        return [...new Set(ways[name](script, line, cwd))].sort();
      },
    }));
}
