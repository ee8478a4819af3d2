import type { FileReader } from '../../core/host';
import type { Location } from '../../core/text';
import type { Finding } from '../../lint/finding';
import type { SourceFile } from '../../terraform/model';
import type { CodeChange } from '../change';
import { parseSource } from '../../terraform/folders';
import { codeChange, isBroken } from '../plan/code';
import { lineEdits } from '../../core/diff';

/** A new text of one file of the project. */
export interface NewText {
  readonly file: SourceFile;
  readonly text: string;
}

/**
 * Files as they would be after edits that were not written yet: each step reads the project as the step before left it, and in the
 * end every file has one change with the difference to what is on the disk.
 */
export class CodeDraft {
  private readonly texts = new Map<string, { readonly file: SourceFile; text: string }>();

  constructor(private readonly host: FileReader) {}

  /** Takes over what a step made. A text that can't be parsed is a bug of the step. */
  write(texts: readonly NewText[]): void {
    for (const { file, text } of texts) {
      if (isBroken({ ...file, text, parsed: parseSource(file, text) })) throw new Error(`an edit broke ${file.path}`);
      const known = this.texts.get(file.path);
      if (known === undefined) this.texts.set(file.path, { file, text });
      else known.text = text;
    }
  }

  /** Reads the drafts in place of the files: for reading the project again. */
  get files(): FileReader {
    const { host, texts } = this;
    return {
      read: (path, maxBytes) => {
        const drafted = texts.get(path);
        return drafted === undefined ? host.read(path, maxBytes) : Promise.resolve(drafted.text);
      },
      list: path => host.list(path),
      canonical: path => host.canonical(path),
      join: (base, ...parts) => host.join(base, ...parts),
      dirname: path => host.dirname(path),
      basename: path => host.basename(path),
      relative: (from, to) => host.relative(from, to),
    };
  }

  /** One change for each file that is not as it was. `findings` are those of the original files: they say what is secret. */
  changes(
    titleOf: (file: SourceFile) => string,
    findings: readonly Finding[],
    hidden: readonly Location[] = [],
  ): readonly CodeChange[] {
    return [...this.texts.values()].flatMap(({ file, text }) => {
      const edits = lineEdits(file.path, file.text, text);
      return edits.length === 0 ? [] : [codeChange(file, edits, titleOf(file), findings, hidden)];
    });
  }
}
