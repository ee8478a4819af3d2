import * as vscode from 'vscode';
import type { Location } from '../../core/text';
import type { NeedingBlock } from '../../iam/needs/why';
import type { CommandRegistry } from '../commandRegistry';
import { policySelector, previewScheme } from '../contract';
import { rootLabel } from '../board/describe';
import { loadPermissionLanguage } from '../loadPermissionLanguage';
import type { Previews } from '../preview';
import type { AnalysedRoot, ProjectStore } from '../projectStore';
import { readSettings } from '../settings';

/** What a lens or a person asks about: a block by its addresses, or a whole root. */
interface WhyTarget {
  readonly dir: string;
  readonly addresses?: readonly string[];
}

const codeSelector = policySelector.filter(s => /tf/.test(s.pattern));
const maximumLength = 500_000;
/** Above so many the needs are worked out only when they are asked for: each edit would cost a second. */
const maximumResources = 500;

/** Completion and hover in lists of actions, and why the code needs them: CodeLens, hover on resources, a document. */
export class PermissionHelp
  implements vscode.CompletionItemProvider, vscode.HoverProvider, vscode.CodeLensProvider, vscode.Disposable
{
  private readonly disposables: vscode.Disposable[];
  private readonly lensesChanged = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.lensesChanged.event;

  constructor(
    private readonly store: ProjectStore,
    private readonly previews: Previews,
    commands: CommandRegistry,
  ) {
    this.disposables = [
      this.lensesChanged,
      store.onDidChange(() => this.lensesChanged.fire()),
      vscode.workspace.onDidChangeConfiguration(e => {
        if (e.affectsConfiguration('tfcOidc')) this.lensesChanged.fire();
      }),
      vscode.languages.registerCompletionItemProvider([...policySelector], this, '"', ':'),
      vscode.languages.registerHoverProvider([...policySelector], this),
      vscode.languages.registerCodeLensProvider([...codeSelector], this),
    ];
    commands.register('tfcOidc.whyPermissions', (target?: WhyTarget | vscode.Uri) => this.why(target));
  }

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.CompletionItem[]> {
    const text = document.getText();
    if (!isPolicyText(document, text)) return [];
    const language = await loadPermissionLanguage();
    const place = language.actionAt(text, document.offsetAt(position));
    if (place === undefined) return [];
    const range = new vscode.Range(document.positionAt(place.start), document.positionAt(place.end));
    return language.proposals(place.typed, language.knowledge()).map(p => {
      const item = new vscode.CompletionItem(
        { label: p.text, description: p.detail },
        p.kind === 'service' ? vscode.CompletionItemKind.Module : vscode.CompletionItemKind.Function,
      );
      item.documentation = new vscode.MarkdownString(p.documentation);
      item.range = range;
      item.filterText = p.text;
      // Patterns come last: what is written out is what a reviewer can judge.
      item.sortText = `${p.kind === 'pattern' ? '1' : '0'}${p.text}`;
      if (p.kind === 'service') item.command = { command: 'editor.action.triggerSuggest', title: '' };
      return item;
    });
  }

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    const text = document.getText();
    const offset = document.offsetAt(position);
    const range = (start: number, end: number): vscode.Range =>
      new vscode.Range(document.positionAt(start), document.positionAt(end));
    if (isPolicyText(document, text)) {
      const language = await loadPermissionLanguage();
      const word = language.actionNameAt(text, offset);
      const told = word === undefined ? undefined : language.describeAction(word.name, language.knowledge());
      if (word !== undefined && told !== undefined)
        return new vscode.Hover(new vscode.MarkdownString(told), range(word.start, word.end));
    }
    const found = await this.blocksOf(document);
    const block = found?.blocks.find(({ location: { span } }) => offset >= span.start && offset <= span.end);
    if (found === undefined || block === undefined) return undefined;
    const { needs, language } = found;
    const { start, end } = block.location.span;
    const type = /"([\w-]+)"/.exec(text.slice(start, end))?.[1] ?? '';
    const told = language.blockText(needs, block, type, language.knowledge().reference.actions);
    return new vscode.Hover(new vscode.MarkdownString(told), range(start, end));
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    if (!readSettings(document.uri).permissionLens) return [];
    const found = await this.blocksOf(document);
    if (found === undefined) return [];
    const { dir } = found.analysed.root;
    return found.blocks.map(block => {
      const start = document.positionAt(block.location.span.start);
      return new vscode.CodeLens(new vscode.Range(start, start), {
        command: 'tfcOidc.whyPermissions',
        title: lensTitle(block),
        tooltip: 'The IAM actions that this needs, and the lines that need each',
        arguments: [{ dir, addresses: block.addresses } satisfies WhyTarget],
      });
    });
  }

  /** The blocks of a file that need something of AWS, where the file is one of a root and was read as it is. */
  private async blocksOf(document: vscode.TextDocument) {
    const path = document.uri.toString();
    const text = document.getText();
    if (document.uri.scheme === previewScheme || text.length > maximumLength) return undefined;
    if (!/\b(?:resource|data|backend|terraform|provider)\b/.test(text) || !readSettings(document.uri).enabled)
      return undefined;
    const analysed = this.rootOf(path);
    if (analysed === undefined || this.store.file(path)?.text !== text) return undefined;
    const resources = analysed.root.modules.reduce((sum, m) => sum + m.resources.length, 0);
    if (resources > maximumResources) return undefined;
    const language = await loadPermissionLanguage();
    const needs = language.needsOf(analysed.root);
    return { analysed, language, needs, blocks: language.needingBlocks(needs, path) };
  }

  /** The root that a file belongs to; of several the one in the file's own folder, if there is one. */
  private rootOf(path: string): AnalysedRoot | undefined {
    const roots = this.store.all().filter(r => r.root.modules.some(m => m.files.some(f => f.path === path)));
    const dir = path.slice(0, path.lastIndexOf('/'));
    return roots.find(r => r.root.dir === dir) ?? roots[0];
  }

  private async why(target: WhyTarget | vscode.Uri | undefined): Promise<void> {
    const asked = target !== undefined && 'dir' in target ? target : undefined;
    const active = vscode.window.activeTextEditor?.document.uri.toString();
    const roots = this.store.all();
    const analysed =
      asked !== undefined
        ? roots.find(r => r.root.dir === asked.dir)
        : ((active === undefined ? undefined : this.rootOf(active)) ?? (await pickRoot(roots)));
    if (analysed === undefined) return;
    const language = await loadPermissionLanguage();
    const link = (location: Location): string => {
      const uri = vscode.Uri.parse(location.file, true);
      const line = this.store.range({ file: location.file, span: location.span }).start.line + 1;
      return `[${vscode.workspace.asRelativePath(uri)}:${line}](${uri.toString()}#L${line})`;
    };
    const levels = language.knowledge().reference.actions;
    const text = language.whyText(
      language.needsOf(analysed.root),
      asked?.addresses,
      levels,
      link,
      asked?.addresses === undefined ? language.policiesOf(analysed.root) : undefined,
    );
    const subject = asked?.addresses?.[0] ?? rootLabel(analysed.root, analysed.folder);
    await this.previews.showMarkdown(`permissions ${subject.replace(/[\\/:"]+/g, ' ')}.md`, text);
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}

function lensTitle(block: NeedingBlock): string {
  if (block.unmapped && block.plan + block.apply === 0) return 'Permissions not known';
  return `${block.plan} actions in plan, ${block.apply} in apply`;
}

async function pickRoot(roots: readonly AnalysedRoot[]): Promise<AnalysedRoot | undefined> {
  if (roots.length <= 1) return roots[0];
  const items = roots.map(value => ({ label: rootLabel(value.root, value.folder), value }));
  return (await vscode.window.showQuickPick(items, { placeHolder: 'Which configuration?' }))?.value;
}

/** Lists of actions stand in Terraform code and in JSON files that look like a policy. */
function isPolicyText(document: vscode.TextDocument, text: string): boolean {
  if (document.uri.scheme === previewScheme || text.length > maximumLength) return false;
  return /\.(?:tf|tofu)$/.test(document.uri.path) ? /[Aa]ction/.test(text) : /"Statement"|"statement"/.test(text);
}
