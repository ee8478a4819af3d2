import { BaselineDraft, type BaselineEntry, baselineText, KnownFindings } from '../lint/baseline';
import type { Finding } from '../lint/finding';
import type { Root, SourceFile } from '../terraform/model';
import { type BaselineFile, baselinePath, newBaseline, readBaseline, usualBaseline } from './baselineFile';
import type { CliContext } from './command';
import { nodeFiles } from './files';
import { isBelow } from '../node/within';
import { writeOutput } from './replaceFile';
import type { ScannedFolder } from './terraformFolder';

interface Use {
  readonly baseline: BaselineFile;
  readonly known: KnownFindings;
  readonly draft: BaselineDraft;
  readonly folders: ScannedFolder[];
}

/** The files of known findings that a run of `check` counts on, or writes. */
export class Baselines {
  private constructor(
    private readonly context: CliContext,
    private readonly writing: boolean,
    private readonly uses: ReadonlyMap<string, Use>,
    private readonly byFolder: ReadonlyMap<string, Use>,
    private readonly named: boolean,
  ) {}

  /** The option's file counts for all folders, that of tfc-oidc.json for its own. */
  static async open(
    context: CliContext,
    { option, writing }: { readonly option: string | undefined; readonly writing: boolean },
    folders: readonly ScannedFolder[],
  ): Promise<Baselines> {
    const uses = new Map<string, Use>();
    const byFolder = new Map<string, Use>();
    let named = true;
    for (const scanned of folders) {
      let file = baselinePath(context, option, scanned.settings);
      if (file === undefined) {
        if (!writing) continue;
        named = false;
        file = nodeFiles.join(context.cwd, usualBaseline);
      }
      let use = uses.get(file);
      if (use === undefined) {
        const baseline = writing
          ? ((await readBaseline(context, file, true)) ?? newBaseline(file))
          : await readBaseline(context, file);
        const { entries, name } = baseline;
        use = { baseline, known: new KnownFindings(entries, name), draft: new BaselineDraft(name), folders: [] };
        uses.set(file, use);
      }
      use.folders.push(scanned);
      byFolder.set(scanned.folder, use);
    }
    return new Baselines(context, writing, uses, byFolder, named);
  }

  /** The findings that no baseline names. Where one is written, all of them: they go into it. */
  withoutKnown(root: Root, { folder, only }: ScannedFolder, findings: readonly Finding[]): readonly Finding[] {
    const use = this.byFolder.get(folder);
    if (use === undefined) return findings;
    const files = new Map<string, SourceFile>();
    for (const module of root.modules) for (const file of module.files) files.set(file.path, file);
    for (const file of root.otherFiles) files.set(file.path, file);
    if (this.writing) {
      for (const finding of findings) use.draft.add(finding, files.get(finding.location.file));
      return findings;
    }
    const { baseline, known } = use;
    // Where single files were named, another one that is still there may hold what it held.
    const left = (name: string): boolean => {
      const file = nodeFiles.join(nodeFiles.dirname(baseline.file), name);
      return only === undefined || only.has(file) || !files.has(file);
    };
    return known.newOf(findings, files, left);
  }

  /** What was left out, file by file, and how many entries stand for nothing any more. */
  get known(): readonly { readonly file: string; readonly count: number; readonly fixed: number }[] {
    return [...this.uses.values()].map(({ baseline, known, folders }) => ({
      file: nodeFiles.relative(this.context.cwd, baseline.file),
      count: known.count,
      fixed: known.fixed(file => isRead(folders, nodeFiles.join(nodeFiles.dirname(baseline.file), file))).length,
    }));
  }

  /** Writes them; entries of folders that were not looked at stay. @returns what to say. */
  async write(): Promise<string> {
    const lines: string[] = [];
    for (const { baseline, draft, folders } of this.uses.values()) {
      const { file } = baseline;
      const others = baseline.entries.filter(
        entry => !isRead(folders, nodeFiles.join(nodeFiles.dirname(file), entry.file)),
      );
      const entries = draft.entries(others);
      await writeOutput(file, baselineText(entries));
      const count = entries.reduce((sum: number, entry: BaselineEntry) => sum + entry.count, 0);
      const shown = nodeFiles.relative(this.context.cwd, file);
      lines.push(`${shown}: ${count === 1 ? '1 known finding' : `${count} known findings`}.\n`);
      if (!this.named)
        lines.push(
          `Give it with --baseline ${shown}, or name it in tfc-oidc.json: { "baseline": "${usualBaseline}" }.\n`,
        );
    }
    return lines.length === 0 ? 'There is no folder to write a baseline for.\n' : lines.join('');
  }
}

const isRead = (folders: readonly ScannedFolder[], file: string): boolean =>
  folders.some(({ folder, only }) => (only === undefined ? isBelow(file, folder) : only.has(file)));
