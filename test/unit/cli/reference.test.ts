import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commands } from '../../../src/cli/commands';
import { completions, shells } from '../../../src/cli/completions';
import { helpText, overview } from '../../../src/cli/helpText';
import { UsageError } from '../../../src/cli/option';
import { commandReference, manPage } from '../../../src/cli/reference';
import { check } from '../../../src/cli/commands/check';
import { runCommand } from '../../support/runCommand';

const shown = commands.flatMap(c =>
  Object.entries(c.options).flatMap(([name, option]) => (option.hidden === true ? [] : [[c.name, name] as const])),
);

test('help, reference, manual page and completions name every command and every option that is shown', () => {
  const pages: Readonly<Record<string, string>> = {
    reference: commandReference(commands),
    man: manPage(commands, '1.2.3').replaceAll('\\-', '-'),
    ...Object.fromEntries(shells.map(shell => [shell, completions(shell, commands)])),
  };
  for (const [page, text] of Object.entries(pages)) {
    for (const { name } of commands) assert.ok(text.includes(name), `${page}: ${name}`);
    for (const [of, option] of shown)
      assert.ok(text.includes(page === 'fish' ? `-l ${option}` : `--${option}`), `${page}: ${of} --${option}`);
    assert.ok(!text.includes('--phases'), `${page} shows an old spelling`);
  }
  const all = overview(commands);
  for (const { name, summary } of commands) assert.ok(all.includes(name) && summary.length > 10, name);
});

test('no line of a help text is wider than the terminal, but what stands indented as an example', () => {
  for (const width of [60, 80, 120])
    for (const text of [overview(commands, width), ...commands.map(c => helpText(c, width))])
      for (const line of text.split('\n')) assert.ok(line.length <= width || /^\s|^Usage/.test(line), line);
});

test('an option or a shell that is not there is named with what was probably meant', async () => {
  const command = commands.find(c => c.name === 'completions');
  assert.ok(command);
  await assert.rejects(runCommand(command, ['tcsh'], { cwd: '.' }), UsageError);
  await assert.rejects(
    runCommand(check, ['--formt', 'json'], { cwd: '.' }),
    /no option --formt; did you mean --format\?/,
  );
  await assert.rejects(runCommand(check, ['--zzz'], { cwd: '.' }), /no option --zzz$/);
});
