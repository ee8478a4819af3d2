import type { JournalStore } from '../journal/journal';
import { fullName } from '../place';
import type { SetupMember } from '../setup/model';
import { keysOfWorkspace } from './found';
import { rememberStanding } from './memory';

/**
 * Before static keys leave the variables or the code of workspaces, what they were is kept (a hash, four characters, places): afterwards
 * nothing else tells which key of which user nobody needs any more.
 */
export async function keepKeys(journals: JournalStore, members: readonly SetupMember[], now: number): Promise<void> {
  for (const { place, code, hcp } of members) {
    const variables = 'notAsked' in hcp ? [] : (hcp.reading.source?.reading.all ?? []);
    const keys = keysOfWorkspace(fullName(place), variables, code?.root);
    await rememberStanding(journals, keys, place.hostname, now);
  }
}
