import { readJournals, type JournalRun } from '../journal/journal';
import { lostCredentials, toUndo, undo, type UndoResult } from '../undo';
import { ask, type Surface } from './dialogue';
import { accountOfChanges, confirmAccount, refuseOtherAccount, surroundings } from './journaledRun';
import type { OpenedAccount } from './model';
import type { UseCaseServices } from './services';
import type { Change } from '../change';

/** What an undo of one run would do. Nothing was written. */
export interface UndoPlan {
  readonly run: JournalRun;
  /** What is looked at, last change first. */
  readonly changes: readonly Change[];
  /** Those of them that can't be taken back: each says why in its note. */
  readonly kept: readonly Change[];
  /** The account whose profile is needed; undefined where nothing of AWS is taken back. */
  readonly accountId: string | undefined;
  /** What the undo ends badly with, in one sentence. */
  readonly lost: string | undefined;
}

export function planUndo(run: JournalRun, all: readonly JournalRun[]): UndoPlan {
  const changes = toUndo(run).map(s => s.change);
  return {
    run,
    changes,
    kept: changes.filter(c => !c.undoable),
    accountId: accountOfChanges(changes),
    lost: lostCredentials(run, all),
  };
}

/**
 * Takes a run back, last change first. The account of the profile is compared with that of the journal before the yes and before the
 * first write, so that nothing of HCP Terraform goes where the rest can't. `undefined`: there was no yes.
 */
export async function takeBack(
  plan: UndoPlan,
  opened: OpenedAccount | undefined,
  services: UseCaseServices,
  surface: Surface,
): Promise<UndoResult | undefined> {
  const { run, changes, kept, accountId, lost } = plan;
  refuseOtherAccount(changes, opened);
  if (!(await ask(surface, 'undo', { title: run.title, at: run.at, accountId, changes, kept, lost }))) return undefined;
  if (accountId !== undefined && opened !== undefined) await confirmAccount(opened, surface);
  await surface.tell({ id: 'stage', stage: 'undo', workspaces: [] });
  return services.locked(run.subject, async () => {
    // Another process may have gone on with it, or back, before this one got the lock.
    const now = (await readJournals(services.journals)).find(r => r.name === run.name) ?? run;
    refuseOtherAccount(
      toUndo(now).map(s => s.change),
      opened,
    );
    return services.during('undo', [], signal =>
      undo(now, surroundings('undo', run.name, opened, services, surface, signal)),
    );
  });
}
