import * as vscode from 'vscode';

/** A wizard's step: asks one thing, or skips itself where the answer is known. Throws `goBack` or a cancellation. */
export type Step<S> = (state: S, position: Position) => Promise<'asked' | 'skipped'>;

/** The title of each step of the main command. */
export const configureTitle = (): string => 'Configure TFC OIDC';

/** Thrown by a question when the person goes back. */
export class GoBack extends Error {}

/**
 * Runs steps in order. Back returns to the last one that asked; what was chosen stays chosen. Escape ends it with `false`. `asked` is
 * the way that was taken: given again, the steps go on with the last one that asked.
 */
export async function runSteps<S>(state: S, steps: readonly Step<S>[], asked: number[] = []): Promise<boolean> {
  for (let i = asked.pop() ?? 0; i < steps.length;) {
    const step = steps[i];
    if (step === undefined) break;
    try {
      const how = await step(state, { step: asked.length + 1, canGoBack: asked.length > 0 });
      if (how === 'asked') asked.push(i);
      i++;
    } catch (error) {
      if (error instanceof GoBack) i = asked.pop() ?? 0;
      else if (error instanceof vscode.CancellationError) return false;
      else throw error;
    }
  }
  closeAnswered();
  return true;
}

/** Where a step stands: how many questions came before it depends on what was inferred, so there is no total. */
export interface Position {
  readonly step: number | undefined;
  readonly canGoBack: boolean;
}

export interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

/** A pick list with Back; `current` is highlighted when a person comes back to it. */
export function pick<T>(
  options: {
    readonly title: string;
    readonly placeholder: string;
    readonly items: readonly Choice<T>[];
    readonly current: T | undefined;
  },
  position: Position,
): Promise<T> {
  const input = vscode.window.createQuickPick<Choice<T>>();
  input.items = options.items;
  input.placeholder = options.placeholder;
  input.matchOnDescription = true;
  const active = options.items.find(i => i.value === options.current);
  if (active !== undefined) input.activeItems = [active];
  return shown(input, options.title, position, resolve => {
    input.onDidAccept(() => {
      const [chosen] = input.selectedItems;
      if (chosen !== undefined) resolve(chosen.value);
    });
  });
}

/** A pick list of which any number may be ticked, with Back; at least one has to be. */
export function pickMany<T>(
  options: {
    readonly title: string;
    readonly placeholder: string;
    readonly items: readonly Choice<T>[];
    readonly current: readonly T[];
  },
  position: Position,
): Promise<readonly T[]> {
  const input = vscode.window.createQuickPick<Choice<T>>();
  input.canSelectMany = true;
  input.items = options.items;
  input.placeholder = options.placeholder;
  input.matchOnDescription = true;
  input.selectedItems = options.items.filter(i => options.current.includes(i.value));
  return shown(input, options.title, position, resolve => {
    input.onDidAccept(() => {
      if (input.selectedItems.length > 0) resolve(input.selectedItems.map(i => i.value));
    });
  });
}

/** A text with Back, checked as one types. */
export function ask(
  options: {
    readonly title: string;
    readonly prompt: string;
    readonly placeholder: string;
    readonly value: string | undefined;
    readonly password?: boolean;
    check(value: string): string | undefined;
  },
  position: Position,
): Promise<string> {
  const input = vscode.window.createInputBox();
  input.prompt = options.prompt;
  input.placeholder = options.placeholder;
  input.value = options.value ?? '';
  input.password = options.password ?? false;
  input.onDidChangeValue(value => {
    input.validationMessage = value === '' ? undefined : options.check(value);
  });
  return shown(input, options.title, position, resolve => {
    input.onDidAccept(() => {
      input.validationMessage = options.check(input.value);
      if (input.validationMessage === undefined) resolve(input.value);
    });
  });
}

function shown<T>(
  input: vscode.QuickInput & {
    buttons: readonly vscode.QuickInputButton[];
    onDidTriggerButton: vscode.Event<vscode.QuickInputButton>;
  },
  title: string,
  position: Position,
  listen: (resolve: (value: T) => void) => void,
): Promise<T> {
  input.title = title;
  input.step = position.step;
  input.ignoreFocusOut = true;
  input.buttons = position.canGoBack ? [vscode.QuickInputButtons.Back] : [];
  return new Promise<T>((resolve, reject) => {
    let settled = false;
    const settle = (end: () => void): void => {
      settled = true;
      end();
      leave(input, position);
    };
    listen(value => settle(() => resolve(value)));
    input.onDidTriggerButton(() => settle(() => reject(new GoBack())));
    input.onDidHide(() => {
      if (settled) return;
      settled = true;
      reject(new vscode.CancellationError());
      input.dispose();
    });
    input.show();
    closeAnswered();
  });
}

let answered: (() => void) | undefined;

/** Takes away the question that was answered last, where it is still there: before a dialog, which wants the focus for itself. */
function closeAnswered(): void {
  answered?.();
}

/** How long a next question may take to replace the answered one, in milliseconds. */
const handOver = 250;

/**
 * Leaves an answered question to the next one, which comes at once in most cases. Taken away before, it would give the focus back to the
 * editor, and a preview there takes it later than the next question does: then typing and Enter go astray.
 */
function leave(input: vscode.QuickInput, { step }: Position): void {
  closeAnswered();
  // What is no step of a row has no next one.
  if (step === undefined) {
    input.dispose();
    return;
  }
  input.enabled = false;
  const timer = setTimeout(closeAnswered, handOver);
  answered = () => {
    answered = undefined;
    clearTimeout(timer);
    input.dispose();
  };
}
