/** Grows with each change that a reader of the former reports would stumble over; new members do not count. */
export const schemaVersion = 1;

/**
 * The report of a command as JSON. `npm run docs` writes a schema of each (docs/schemas) from the type of `report`, so that type and
 * report are one: a test holds the output of every command to them.
 */
export const jsonReport = <T extends object>(_command: string, report: T): string =>
  `${JSON.stringify({ schemaVersion, ...report }, undefined, 2)}\n`;
