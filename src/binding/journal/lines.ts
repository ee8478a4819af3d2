/** An object of JSON, of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The objects of a text with one on each line. A line that a crash cut, or that another program left, is passed over. */
export const objectsIn = (text: string): readonly Fields[] =>
  text.split('\n').flatMap(line => {
    try {
      const value: unknown = JSON.parse(line);
      return isObject(value) ? [value] : [];
    } catch {
      return [];
    }
  });

/** Where texts are kept by name: what of a store of journals is needed to read one. */
interface KeptTexts {
  names(): Promise<readonly string[]>;
  read(name: string): Promise<string>;
}

/** What is kept under a name beside the journals; nothing where there is nothing. */
export const keptObjects = async (store: KeptTexts, name: string): Promise<readonly Fields[]> =>
  (await store.names()).includes(name) ? objectsIn(await store.read(name)) : [];
