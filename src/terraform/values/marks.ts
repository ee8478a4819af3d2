/** What a value was made of, beside the code itself. */
export type Mark =
  /** A variable of the root; `from`: where its value was taken. A workspace may set another than a default or a tfvars file. */
  | { readonly kind: 'variable'; readonly name: string; readonly from: 'default' | 'tfvars' | 'given' }
  /** Terraform would not show it, and neither may we. */
  | { readonly kind: 'sensitive' }
  /** The text of a file; it may hold anything. */
  | { readonly kind: 'file'; readonly path: string }
  /** A value of a store of a Stack; not `stable`: it is ephemeral. */
  | { readonly kind: 'store'; readonly store: string; readonly stable: boolean };

/** A set of marks that two values share by joining in no time: sets of long chains are never copied. */
export interface Marks {
  readonly mark?: Mark;
  readonly left?: Marks;
  readonly right?: Marks;
}

export function joinMarks(a: Marks | undefined, b: Marks | undefined): Marks | undefined {
  if (a === undefined || a === b) return b;
  if (b === undefined || a.left === b || a.right === b) return a;
  return b.left === a || b.right === a ? b : { left: a, right: b };
}

/** Each mark once, in no particular order. */
export function marksIn(marks: Marks | undefined): readonly Mark[] {
  if (marks === undefined) return [];
  const found = new Set<Mark>();
  const seen = new Set<Marks>([marks]);
  const pending = [marks];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.mark !== undefined) found.add(next.mark);
    for (const side of [next.left, next.right]) {
      if (side === undefined || seen.has(side)) continue;
      seen.add(side);
      pending.push(side);
    }
  }
  return [...found];
}
