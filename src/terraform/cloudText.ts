import type { CloudSettings, Value } from './model';

/** How the facts of a cloud block read, in the tree, the wizard, the preview, and to language models. */

export function valueText(value: Value<string>): string {
  switch (value.state) {
    case 'known':
      return value.value;
    case 'unknown':
      return 'not known';
    case 'absent':
      return 'not set';
  }
}

export function workspacesText(cloud: CloudSettings): string {
  const w = cloud.workspaces;
  switch (w.by) {
    case 'name':
      return valueText(w.name);
    case 'tags': {
      if (w.tags.state !== 'known') return 'by tags that are not known';
      const tags = Array.isArray(w.tags.value)
        ? w.tags.value
        : Object.entries(w.tags.value).map(([key, value]) => `${key}=${String(value)}`);
      return `tagged ${tags.join(', ')}`;
    }
    case 'prefix':
      return `${valueText(w.prefix)}*`;
    case 'nothing':
      return 'not set';
  }
}
