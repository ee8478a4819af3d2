import { LineIndex } from '../../core/text';
import type { AuditRow } from '../../hcp/audit';
import type { EffectiveVariable, Variable } from '../../hcp/variables/precedence';
import { longLivedKeyIds } from '../../lint/secrets/detect';
import type { Root, SourceFile } from '../../terraform/model';
import { KeyId } from './id';
import type { FoundKey, FoundKeys, KeyPlace } from './model';

/** Where keys stand, from what was read of an organization and of code. Pure. */

/** Names under which key ids are kept; a sensitive variable of such a name holds one that can't be read. */
const idName = /^(?:TF_VAR_)?(?:aws_?)?access_?key(?:_?id)?$/i;

class Collected {
  private readonly byHash = new Map<string, { readonly id: KeyId; readonly places: Map<string, KeyPlace> }>();
  private readonly hiddenPlaces = new Map<string, KeyPlace>();

  add(text: string, place: KeyPlace): void {
    for (const value of longLivedKeyIds(text)) {
      const id = new KeyId(value);
      const known = this.byHash.get(id.hash) ?? { id, places: new Map<string, KeyPlace>() };
      known.places.set(place.where, merged(known.places.get(place.where), place));
      this.byHash.set(id.hash, known);
    }
  }

  hide(place: KeyPlace): void {
    this.hiddenPlaces.set(place.where, merged(this.hiddenPlaces.get(place.where), place));
  }

  get keys(): readonly FoundKey[] {
    return [...this.byHash.values()].map(({ id, places }) => ({ id, places: [...places.values()] }));
  }

  get hidden(): readonly KeyPlace[] {
    return [...this.hiddenPlaces.values()];
  }
}

/** The same variable set is met once for each workspace that it reaches. */
const merged = (known: KeyPlace | undefined, place: KeyPlace): KeyPlace =>
  known === undefined ? place : { ...place, workspaces: [...new Set([...known.workspaces, ...place.workspaces])] };

/** Code of a root, with the workspaces (`ORG/NAME`) whose runs it has. */
export interface CodeOfWorkspaces {
  readonly root: Root;
  readonly workspaces: readonly string[];
  /** Of a Stack: `ORG/STACK/DEPLOYMENT` of the deployment whose block holds a place of a file; undefined where it is for all of them. */
  readonly deploymentAt?: (file: SourceFile, offset: number) => string | undefined;
  /** Of a Stack: what the variable sets behind its stores hold. */
  readonly stored?: readonly StoredValue[];
}

/** A value of a variable set that the deployments of a Stack read. */
export interface StoredValue {
  readonly store: string;
  readonly key: string;
  /** Undefined: it is sensitive. */
  readonly value: string | undefined;
}

export function findStaticKeys(
  rows: readonly AuditRow[],
  code: readonly CodeOfWorkspaces[],
  name: (file: string) => string,
  hostname: string,
  /** Where `rows` are all workspaces of it. */
  organization: string | undefined,
): FoundKeys {
  const found = new Collected();
  for (const row of rows) {
    const workspace = `${row.workspace.organization}/${row.workspace.name}`;
    for (const variable of row.reading?.all ?? []) inVariable(found, workspace, variable);
  }
  for (const { root, workspaces, deploymentAt, stored } of code) {
    const users = (file: SourceFile, offset: number): readonly string[] => {
      const one = deploymentAt?.(file, offset);
      return one === undefined ? workspaces : [one];
    };
    for (const file of filesOf(root)) inFile(found, file, name(file.path), users);
    for (const { store, key, value } of stored ?? []) {
      const place: KeyPlace = { kind: 'variable-set', where: `variable set of ${store}, ${key}`, workspaces };
      if (value !== undefined) found.add(value, place);
      else if (idName.test(key)) found.hide(place);
    }
  }
  const gaps = rows.flatMap(row =>
    row.unread.map(why => `${row.workspace.organization}/${row.workspace.name}: ${why}`),
  );
  return { keys: found.keys, hidden: found.hidden, hostname, organization, gaps };
}

/** Ids that stand in what is known of one workspace: what is kept before they are removed. */
export function keysOfWorkspace(
  workspace: string,
  variables: readonly (Variable | EffectiveVariable)[],
  root: Root | undefined,
): readonly FoundKey[] {
  const found = new Collected();
  for (const variable of variables) inVariable(found, workspace, variable);
  for (const file of root === undefined ? [] : filesOf(root)) inFile(found, file, file.path, () => [workspace]);
  return found.keys;
}

const filesOf = (root: Root): readonly SourceFile[] => [
  ...root.modules.flatMap(module => module.files),
  ...root.otherFiles,
];

function inVariable(found: Collected, workspace: string, { key, value, sensitive, origin }: Variable): void {
  const place: KeyPlace =
    origin.from === 'varset'
      ? { kind: 'variable-set', where: `variable set ${origin.name}, ${key}`, workspaces: [workspace] }
      : { kind: 'workspace', where: `workspace ${workspace}, ${key}`, workspaces: [workspace] };
  if (value !== undefined) found.add(value, place);
  else if (sensitive && idName.test(key)) found.hide(place);
}

function inFile(
  found: Collected,
  file: SourceFile,
  name: string,
  users: (file: SourceFile, offset: number) => readonly string[],
): void {
  let index: LineIndex | undefined;
  for (const { index: at, 0: id } of file.text.matchAll(/AKIA[A-Z0-9]{16}/g)) {
    index ??= new LineIndex(file.text);
    const kind = /\.tfvars(?:\.json)?$/.test(file.path) ? 'values' : 'code';
    const where = `${name}:${index.position(at).line + 1}`;
    found.add(id, { kind, where, workspaces: users(file, at) });
  }
}
