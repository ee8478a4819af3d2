/** A field of a page that takes a text or a choice. */
type FieldElement = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

const isText = (field: FieldElement): field is HTMLInputElement | HTMLTextAreaElement =>
  !(field instanceof HTMLSelectElement);

const fieldOf = (target: EventTarget | null): FieldElement | undefined =>
  target instanceof HTMLElement &&
  target.dataset['field'] !== undefined &&
  (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    ? target
    : undefined;

const idOf = (field: FieldElement): string => field.dataset['field'] ?? '';

/**
 * What a person has typed or chosen belongs to them until the host has taken it. The host may draw the page at any moment, also one that
 * knows nothing of the answer yet, and an element that is moved loses its focus: both must not cost a letter.
 */
export class FieldAnswers {
  /** Typed, and not handed over yet. */
  private readonly typed = new Map<string, string>();
  /** Handed over, with how many answers had been when it was. */
  private readonly sent = new Map<string, { readonly value: string; readonly count: number }>();
  private count = 0;
  private drawing = false;

  constructor(private readonly send: (id: string, value: string) => void) {}

  listen(): void {
    document.addEventListener('input', ({ target }) => {
      const field = fieldOf(target);
      if (field !== undefined && isText(field)) this.typed.set(idOf(field), field.value);
    });
    document.addEventListener('change', ({ target }) => this.handOver(fieldOf(target), true));
    document.addEventListener('focusout', ({ target }) => this.handOver(fieldOf(target), false));
    document.addEventListener('keydown', ({ target, key, isComposing }) => {
      const field = fieldOf(target);
      // A browser tells a change only if it saw all of it: not of a field that was moved while somebody typed in it.
      if (key === 'Enter' && !isComposing && field instanceof HTMLInputElement) this.handOver(field, false);
    });
  }

  private handOver(field: FieldElement | undefined, changed: boolean): void {
    if (field === undefined || this.drawing) return;
    const id = idOf(field);
    const waits = this.typed.delete(id);
    if (!waits && !(changed && this.sent.get(id)?.value !== field.value)) return;
    this.count++;
    this.sent.set(id, { value: field.value, count: this.count });
    this.send(id, field.value);
  }

  /**
   * Before a field is drawn again: what is in it stays, untouched, where the host did not know it yet. An input method that composes a
   * letter would lose it otherwise.
   */
  spare(from: Element, to: Element): void {
    const field = fieldOf(from);
    const drawn = fieldOf(to);
    if (field === undefined || drawn === undefined || !isText(field)) return;
    if (this.typed.has(idOf(field)) || this.sent.has(idOf(field))) drawn.value = field.value;
  }

  /**
   * Draws by `draw`, and gives every field back what was answered in it, and the one with the cursor its cursor. `taken`: how many answers
   * the host knew.
   */
  keep(taken: number, draw: () => void): void {
    const active = document.activeElement;
    const cursor = cursorIn(fieldOf(active));
    for (const [id, { count }] of this.sent) if (count <= taken) this.sent.delete(id);
    this.drawing = true;
    try {
      draw();
      for (const [id, { value }] of this.sent) put(id, value);
      for (const [id, value] of this.typed) put(id, value);
      if (active instanceof HTMLElement && document.activeElement !== active) focusAgain(active.id, cursor);
    } finally {
      this.drawing = false;
    }
  }
}

type Cursor = readonly [number | null, number | null, 'forward' | 'backward' | 'none'];

const cursorIn = (field: FieldElement | undefined): Cursor | undefined =>
  field !== undefined && isText(field)
    ? [field.selectionStart, field.selectionEnd, field.selectionDirection ?? 'none']
    : undefined;

function put(id: string, value: string): void {
  const field = fieldOf(document.getElementById(`field-${id}`));
  if (field !== undefined && field.value !== value) field.value = value;
}

function focusAgain(id: string, cursor: Cursor | undefined): void {
  if (id === '') return;
  const element = document.getElementById(id);
  element?.focus({ preventScroll: true });
  const field = fieldOf(element);
  if (field !== undefined && isText(field) && cursor !== undefined) field.setSelectionRange(...cursor);
}
