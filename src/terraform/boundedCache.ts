/** Keeps the values used last, up to a total weight. The newest one is kept whatever it weighs. */
export class BoundedCache<T> {
  private readonly entries = new Map<string, { readonly value: T; readonly weight: number }>();
  private total = 0;

  constructor(private readonly limit: number) {}

  get(key: string): T | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    // A Map keeps the order of insertion: what is used moves to its end.
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: T, weight: number): void {
    const old = this.entries.get(key);
    if (old !== undefined) {
      this.total -= old.weight;
      this.entries.delete(key);
    }
    this.entries.set(key, { value, weight });
    this.total += weight;
    for (const [oldest, entry] of this.entries) {
      if (this.total <= this.limit || oldest === key) return;
      this.entries.delete(oldest);
      this.total -= entry.weight;
    }
  }
}
