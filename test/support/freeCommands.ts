/** The commands that an untrusted window may run: they only read and edit the code, show a page of the extension, or choose what the sidebar shows. */
export const freeCommands: readonly string[] = [
  'clearFilter',
  'copyText',
  'explainRule',
  'filter',
  'fixRoot',
  'ignoreFinding',
  'openLocation',
  'refresh',
  'showLog',
  'whyPermissions',
];
