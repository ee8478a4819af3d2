import { type Unknown, unknown, type Value } from './value';

/** What a name stands for: a local, a variable, an output, the instances of a block. Evaluated once. */
export class Cell {
  /** 'open': under way; 'waiting': put off until others that it needs are evaluated. */
  state: 'new' | 'open' | 'waiting' | 'done' = 'new';
  /** The round of evaluation in which it was found to need others that are put off. */
  putOff = -1;
  value: Value = unknown('The value was not evaluated.');

  constructor(
    private readonly name: string,
    readonly compute: () => Value,
  ) {}

  /** What it is while it asks for itself. */
  get circular(): Unknown {
    return unknown(`${this.name} depends on itself.`);
  }
}
