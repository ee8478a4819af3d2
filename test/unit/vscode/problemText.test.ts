import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inEditor, problemText } from '../../../src/vscode/problemText';

test('options and commands of the terminal are left out in the editor', () => {
  assert.equal(
    inEditor('Look at the changes and take it over (--adopt), or choose another role name (--role-name).'),
    'Look at the changes and take it over, or choose another role name.',
  );
  assert.equal(inEditor('Turn it into a cloud block (tfc-oidc cloud --from-remote).'), 'Turn it into a cloud block.');
  assert.equal(inEditor('Activate STS there (Account settings).'), 'Activate STS there (Account settings).');
});

test("a service's own words end before the next step begins", () => {
  const of = (message: string): string => problemText({ message, nextStep: 'Ask the owner (--profile).' });
  assert.equal(of('AWS refused it because of a policy'), 'AWS refused it because of a policy. Ask the owner.');
  assert.equal(of('AWS refused it.'), 'AWS refused it. Ask the owner.');
});
