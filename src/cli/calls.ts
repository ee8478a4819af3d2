import type { CliContext } from './command';

/** Requests that a command has sent: to AWS, and to HCP Terraform. */
export interface Calls {
  aws: number;
  hcp: number;
}

const counted = new WeakMap<CliContext, Calls>();

/** The counts of one run of the CLI; accounts and clients that it opens add to them. */
export function callsOf(context: CliContext): Calls {
  const known = counted.get(context);
  if (known !== undefined) return known;
  const fresh = { aws: 0, hcp: 0 };
  counted.set(context, fresh);
  return fresh;
}
