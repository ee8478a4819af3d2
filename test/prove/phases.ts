import type { Phase } from '../../src/iam/needs/need';

/** A configuration with a change: `update` replaces texts of its files. */
export interface Configuration {
  readonly name: string;
  /** null: an archive with one small file. */
  readonly files: Readonly<Record<string, string | null>>;
  readonly update: readonly { readonly old: string; readonly new: string }[];
}

export type Files = Configuration['files'];

/** What a workspace goes through. Each is planned under the policy of plans, and applied under that of applies. */
export const stages = ['create', 'change', 'replace', 'rename', 'remove', 'destroy'] as const;
export type Stage = (typeof stages)[number];

/** The code of a stage, and how terraform is asked; undefined: the configuration has nothing for it. */
export interface StagePlan {
  readonly files: Files;
  readonly options: readonly string[];
}

export interface StagePhase {
  readonly stage: Stage;
  readonly phase: Phase;
}

const resource = /^resource "(aws_\w+)" "(\w+)"/gm;

/** @param addresses what the state holds, of stage `replace` */
export function planOf(
  configuration: Configuration,
  stage: Stage,
  addresses: readonly string[],
): StagePlan | undefined {
  const { files } = configuration;
  const changed = edited(files, text => configuration.update.reduce((t, u) => t.replace(u.old, () => u.new), text));
  switch (stage) {
    case 'create':
      return { files, options: [] };
    case 'change':
      return configuration.update.length === 0 ? undefined : { files: changed, options: [] };
    case 'replace': {
      const own = addresses.filter(address => address.startsWith('aws_'));
      return own.length === 0
        ? undefined
        : { files: changed, options: own.slice(0, 12).map(address => `-replace=${address}`) };
    }
    case 'rename': {
      const name = firstResource(changed);
      return name === undefined ? undefined : { files: edited(changed, text => renamed(text, name)), options: [] };
    }
    case 'remove': {
      const left = withoutALeaf(changed);
      return left === undefined ? undefined : { files: left, options: [] };
    }
    case 'destroy':
      return { files: changed, options: ['-destroy'] };
  }
}

const edited = (files: Files, edit: (text: string) => string): Files =>
  Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, text === null || !name.endsWith('.tf') ? text : edit(text)]),
  );

interface Named {
  readonly type: string;
  readonly name: string;
}

function firstResource(files: Files): Named | undefined {
  return resourcesIn(files)[0];
}

function resourcesIn(files: Files): readonly Named[] {
  return Object.entries(files).flatMap(([file, text]) =>
    text === null || !file.endsWith('.tf')
      ? []
      : [...text.matchAll(resource)].map(([, type = '', name = '']) => ({ type, name })),
  );
}

const renamed = (text: string, { type, name }: Named): string =>
  text
    .replace(`resource "${type}" "${name}"`, `resource "${type}" "${name}_renamed"`)
    .replace(new RegExp(`\\b${type}\\.${name}\\b`, 'g'), `${type}.${name}_renamed`);

/** The code without the last resource that nothing refers to. */
function withoutALeaf(files: Files): Files | undefined {
  const all = Object.values(files).filter(text => text !== null);
  const resources = resourcesIn(files);
  const leaf = resources.findLast(
    ({ type, name }) => !all.some(text => new RegExp(`\\b${type}\\.${name}\\b`).test(text)),
  );
  if (leaf === undefined || resources.length < 2) return undefined;
  return edited(files, text => withoutBlock(text, `resource "${leaf.type}" "${leaf.name}"`));
}

/** A text without the block that begins so; braces are counted, as no text of ours holds lone ones. */
function withoutBlock(text: string, head: string): string {
  const start = text.indexOf(head);
  if (start < 0) return text;
  let depth = 0;
  for (let i = text.indexOf('{', start); i < text.length; i++) {
    if (text[i] === '{') depth += 1;
    if (text[i] === '}' && (depth -= 1) === 0) return text.slice(0, start) + text.slice(i + 1);
  }
  return text.slice(0, start);
}
