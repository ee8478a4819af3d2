import * as vscode from 'vscode';
import { documentSelector } from '../contract';
import { loadEngine } from '../loadEngine';
import type { ProjectStore } from '../projectStore';

/** From a role's name to the resource that makes it in another file. Within a file it is HashiCorp's extension that knows the way. */
export class RoleDefinitions implements vscode.DefinitionProvider, vscode.Disposable {
  private readonly registration = vscode.languages.registerDefinitionProvider([...documentSelector], this);

  constructor(private readonly store: ProjectStore) {}

  async provideDefinition(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.LocationLink[] | undefined> {
    const { roleNameAt, rolesMade } = await loadEngine();
    const named = roleNameAt(document.lineAt(position.line).text, position.character);
    if (named === undefined) return undefined;
    const here = document.uri.toString();
    const elsewhere = this.store
      .all()
      .flatMap(({ root }) => rolesMade(root, named.name))
      .filter(location => location.file !== here);
    // A module that several roots call is one place.
    const places = new Map(elsewhere.map(l => [`${l.file}:${l.span.start}`, l]));
    return [...places.values()].map(location => ({
      originSelectionRange: new vscode.Range(position.line, named.start, position.line, named.end),
      targetUri: vscode.Uri.parse(location.file, true),
      targetRange: this.store.range(location),
    }));
  }

  dispose(): void {
    this.registration.dispose();
  }
}
