/** What the host sends to a page: its body, and what to keep for the next window. */
export interface ToPage {
  readonly type: 'draw';
  readonly html: string;
  /** How many answers to fields the host had taken when it drew: what was answered after them is kept by the page. */
  readonly taken: number;
  /** Only names: what the page shows is worked out anew when the window is restored. */
  readonly state: PageState;
}

/** What of a page outlives its window. */
export interface PageState {
  readonly kind: 'doctor' | 'setup' | 'migration';
  /** The root's folder as a URI; of a migration the host and the organization, with a slash between them. */
  readonly root: string;
  readonly workspace?: string;
}

/** What a page sends to the host. */
export type FromPage =
  | { readonly type: 'ready' }
  | { readonly type: 'action'; readonly id: string }
  | { readonly type: 'field'; readonly id: string; readonly value: string }
  | { readonly type: 'tick'; readonly id: string; readonly ticked: boolean };

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** A message of a page; nothing where it is none of ours. */
export function fromPage(message: unknown): FromPage | undefined {
  if (!isFields(message)) return undefined;
  const { type, id, value, ticked } = message;
  if (type === 'ready') return { type };
  if (typeof id !== 'string') return undefined;
  if (type === 'action') return { type, id };
  if (type === 'field' && typeof value === 'string') return { type, id, value };
  if (type === 'tick' && typeof ticked === 'boolean') return { type, id, ticked };
  return undefined;
}

/** What a former window kept of a page; nothing where that can't be read. */
export function pageState(state: unknown): PageState | undefined {
  if (!isFields(state)) return undefined;
  const { kind, root, workspace } = state;
  if ((kind !== 'doctor' && kind !== 'setup' && kind !== 'migration') || typeof root !== 'string') return undefined;
  return { kind, root, ...(typeof workspace === 'string' && { workspace }) };
}
