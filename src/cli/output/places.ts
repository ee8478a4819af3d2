import { LineIndex, type Location, type Range } from '../../core/text';
import type { SourceFile } from '../../terraform/model';
import { nodeFiles } from '../files';

/** How reports name files and places. */
export interface Places {
  /** From the working folder on, with forward slashes. */
  name(file: string): string;
  /** 0-based lines and UTF-16 characters. A byte order mark is no character. */
  range(location: Location): Range;
}

/** The places of files whose text was shown to it. Lines are counted when a place of the file is first asked for. */
export class FilePlaces implements Places {
  private readonly texts = new Map<string, string>();
  private readonly indexes = new Map<string, { readonly index: LineIndex; readonly mark: number }>();

  constructor(private readonly folder: string) {}

  learn(file: SourceFile): void {
    this.texts.set(file.path, file.text);
  }

  name(file: string): string {
    return nodeFiles.relative(this.folder, file) || '.';
  }

  range({ file, span }: Location): Range {
    const { index, mark } = this.indexOf(file);
    const position = (offset: number): Range['start'] => {
      const { line, character } = index.position(offset);
      return { line, character: line === 0 ? Math.max(0, character - mark) : character };
    };
    return { start: position(span.start), end: position(span.end) };
  }

  private indexOf(file: string): { readonly index: LineIndex; readonly mark: number } {
    const known = this.indexes.get(file);
    if (known !== undefined) return known;
    const text = this.texts.get(file) ?? '';
    const made = { index: new LineIndex(text), mark: text.charCodeAt(0) === 0xfeff ? 1 : 0 };
    this.indexes.set(file, made);
    return made;
  }
}
