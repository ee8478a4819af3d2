import { type JournalStore, slugOf } from './journal';

/**
 * The journals of one subject alone, for runs over many: reading thousands of others for each would take longer than the work. The
 * newest of all is read too, so that runs stay numbered in their order; and what is remembered beside journals.
 */
export function journalsOf(store: JournalStore, subject: string): JournalStore {
  const own = `-${slugOf(subject)}`;
  return {
    ...store,
    async names() {
      const all = await store.names();
      const runs = all.filter(name => /^\d{8}T/.test(name));
      const last = runs.at(-1);
      return all.filter(
        name => name === last || !/^\d{8}T/.test(name) || name.replace(/-\d+$/, '').endsWith(own) || name.endsWith(own),
      );
    },
  };
}
