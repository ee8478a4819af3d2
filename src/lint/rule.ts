import type { Environment } from '../core/host';
import type { Location, Span } from '../core/text';
import type { Root } from '../terraform/model';
import type { Finding, Fix, Severity } from './finding';
import type { Identities } from './identities';

/** What a rule sees: one root with its modules, and the environment of the process (only AWS_REGION matters). */
export interface RuleContext {
  readonly root: Root;
  readonly environment: Environment;
  /** Who each part of the root speaks as. */
  readonly identities: Identities;
}

/** What a rule says of one place. The table adds the code and, where the rule names none, the default severity. */
export interface RuleFinding {
  readonly location: Location;
  readonly message: string;
  /** Set where the case is milder than the rule's default. */
  readonly severity?: Severity;
  readonly fixes?: readonly Fix[];
  readonly related?: Finding['related'];
  readonly unnecessary?: boolean;
  /** The whole argument or block around the place; a comment above it can silence the finding as well. */
  readonly statement?: Span;
}

/** One row of the table. Its page is `docs/rules.md#<code>`. */
export interface Rule {
  readonly code: string;
  readonly severity: Severity;
  /** A few words, for lists. */
  readonly title: string;
  /** One or two sentences: what is wrong and why it matters. */
  readonly explanation: string;
  /** What its fixes do; absent where a person must decide. */
  readonly fix?: string;
  check(context: RuleContext): readonly RuleFinding[];
}
