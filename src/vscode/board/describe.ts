import * as vscode from 'vscode';
import type { CloudSettings, Root, Value } from '../../terraform/model';

/** How facts of a project read, in the tree, the wizard and the preview. */

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

/** The folder of a root, relative to its workspace folder. */
export function rootLabel(root: Root, folder: vscode.WorkspaceFolder): string {
  const base = folder.uri.path.replace(/\/+$/, '');
  const path = vscode.Uri.parse(root.dir, true).path;
  return path === base ? folder.name : path.slice(base.length + 1);
}
