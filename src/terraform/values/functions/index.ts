import { collections } from './collections';
import type { Definition } from './definition';
import { encoding } from './encoding';
import { files } from './files';
import { maps } from './maps';
import { networks } from './networks';
import { numbers } from './numbers';
import { sets } from './sets';
import { texts } from './texts';
import { types } from './types';

const all: ReadonlyMap<string, Definition> = new Map(
  [collections, encoding, files, maps, networks, numbers, sets, texts, types].flatMap(table => Object.entries(table)),
);

/** A function by its name; `undefined`: Terraform alone knows it. */
export function definitionOf(name: string): Definition | undefined {
  return all.get(name);
}
