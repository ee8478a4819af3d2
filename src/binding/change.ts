import type { TextEdit } from '../core/text';

/** A change says one thing to do: where, before, after, how to undo it. Every surface renders changes; none computes its own. */
interface ChangeBase {
  /** Stable within a plan; the journal and a resumed run find a change by it. */
  readonly id: string;
  /** In words: "Create role tfc-acme-prod-plan in account 123456789012". */
  readonly title: string;
  /** What a person compares: pretty-printed policies, variable values (never of sensitive ones), file text. `undefined`: does not exist. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly language: 'json' | 'terraform' | 'plaintext';
  /** Removes or replaces something that we did not create: wants its own yes. */
  readonly destructive: boolean;
  /** False where the former state can't be restored (a sensitive variable's value). */
  readonly undoable: boolean;
  /** What is lost, or what else a person should know of taking it back. */
  readonly undoNote?: string;
}

/** What is lost for good by a change, before its yes: on every surface the same sentence. Nothing where it can be undone. */
export const lossOf = ({ undoable, undoNote }: Pick<Change, 'undoable' | 'undoNote'>): string | undefined =>
  undoable ? undefined : (undoNote ?? 'This cannot be undone.');

/** What is to be said of taking a change back: what is lost, or what else a person should know. */
export const undoNoteOf = (change: Pick<Change, 'undoable' | 'undoNote'>): string | undefined =>
  change.undoNote ?? lossOf(change);

/** What is lost for good by changes, a sentence each. */
export const lossesOf = (changes: readonly Change[]): readonly string[] =>
  changes.flatMap(change => {
    const loss = lossOf(change);
    return loss === undefined ? [] : [`${change.title}: ${loss}`];
  });

export type Change = IamChange | VariableChange | CodeChange | TestsChange;

/** One write to IAM. `input` is what is sent, byte for byte (policy documents are the compact text). */
export interface IamChange extends ChangeBase {
  readonly kind: 'iam';
  readonly accountId: string;
  /** The IAM API action: `CreateRole`. Its permission is `iam:` + action. */
  readonly action: IamAction;
  /** An access key stands in it as `KeyHash`, never as its id: whoever writes finds the id in the list of the user's keys. */
  readonly input: Readonly<Record<string, unknown>>;
  /** What must still be true just before the write (the read-compare-write guard), and what undo restores. `null`: does not exist. */
  readonly expected: Json;
  /** The same reading after the write: by it a resumed run knows that the write happened, and undo that nothing changed since. */
  readonly wanted: Json;
}

/** Plain data that a journal can keep. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export const iamActionNames = [
  'CreateOpenIDConnectProvider',
  'AddClientIDToOpenIDConnectProvider',
  'TagOpenIDConnectProvider',
  'CreateRole',
  'UpdateAssumeRolePolicy',
  'UpdateRole',
  'TagRole',
  'UntagRole',
  'PutRolePolicy',
  'DeleteRolePolicy',
  'AttachRolePolicy',
  'DetachRolePolicy',
  'PutRolePermissionsBoundary',
  'DeleteRolePermissionsBoundary',
  'UpdateAccessKey',
  'DeleteAccessKey',
] as const;
export type IamAction = (typeof iamActionNames)[number];

/** One write to an HCP Terraform workspace or variable set. */
export interface VariableChange extends ChangeBase {
  readonly kind: 'variable';
  readonly hostname: string;
  readonly scope: { readonly type: 'workspace' | 'varset'; readonly id: string; readonly name: string };
  readonly action: 'create' | 'update' | 'delete';
  readonly key: string;
  readonly category: 'env' | 'terraform';
  readonly value: string | undefined;
  /** The variable's id and version when it was read; a different version at write time stops the apply. */
  readonly expected: { readonly id: string; readonly versionId: string | undefined } | undefined;
  readonly sensitive: boolean;
}

/** How the tests of one registry module get credentials. */
export interface TestsChange extends ChangeBase {
  readonly kind: 'tests';
  readonly hostname: string;
  readonly module: { readonly organization: string; readonly name: string; readonly provider: string };
  readonly roleArn: string;
  readonly audience: string;
  /** When it was changed last, as it was read: another time at the write stops the apply. */
  readonly expected: { readonly updatedAt: string | undefined };
}

/** Edits to one file of the project. `expectedHash` is the SHA-256 (hex) of the text the edits were made for. */
export interface CodeChange extends ChangeBase {
  readonly kind: 'code';
  readonly file: string;
  readonly edits: readonly TextEdit[];
  readonly expectedHash: string | undefined;
}
