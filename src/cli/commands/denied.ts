import { rolePolicies } from '../../binding/gather/rolePolicies';
import { ProblemError, unwrap } from '../../core/problem';
import { applyEdits } from '../../core/text';
import { type Denial, readDenials, roleOf } from '../../iam/denials/message';
import { type NamedPolicy, readNamed } from '../../iam/policy/permissions';
import { type DenialExplanation, explainDenial, whatWasRefused } from '../../iam/denials/explain';
import { readMapping, type TypeMapping } from '../../iam/needs/mapping';
import { type RefusedCall, refusedCall } from '../../iam/needs/refusedCall';
import { readPolicyText } from '../../iam/policy/node';
import type { OpenedAccount } from '../../binding/setup';
import { openAccount } from '../binding/accounts';
import { logMebibytes, readInput } from '../input';
import { permissionData, resourceReference } from '../permissionData';
import { policiesOf } from '../policyFiles';
import { Unread } from '../output/unread';
import { unifiedDiff } from '../../core/diff';
import { exitCode } from '../exitCode';
import { command } from '../command';
import { file, files, text, textOrJson, UsageError } from '../option';
import { jsonReport } from '../output/jsonReport';

export const denied = command({
  name: 'denied',
  group: 'Policies',
  summary: 'say which statement lacks what for an access-denied message',
  operands: 'FILE',
  about: `Reads access-denied messages and says which policy statement lacks what, with the smallest change that is enough. FILE is the error, a run log, or CloudTrail's JSON; - reads standard input.

Nothing is written, in the account or in a file: "change" holds the statement, the policy as it would be (null in Terraform code), and a diff. A Deny gets no change: no Allow helps against it.`,
  options: {
    policy: files(
      'FILE',
      'a permission policy of the caller, as JSON, or Terraform code with policies in it (.tf, .tf.json), or a folder of these',
    ),
    boundary: file('FILE', "the caller's permissions boundary, as --policy"),
    profile: text('NAME', "read the role's policies from the account of this profile, and decode encoded messages"),
    role: text('NAME|ARN', 'the role (default: the one that the message names)'),
    region: text('REGION', "region of the profile's requests"),
    format: textOrJson,
  },
  report: 'JSON: { "denials": [{ "action", "resource", "decision", "lacks", "change", ... }] }',
  exits: { 0: 'nothing is denied in it', 1: 'something is', 2: 'could not run' },
  run: async (context, { values, positionals }) => {
    const format = values.format;
    const profile = values.profile;
    if (profile === undefined && values.role !== undefined)
      throw new UsageError('--role is read from the account: it needs --profile');
    const { name, text: input } = await readInput(context, positionals, 'message', logMebibytes);
    const reference = resourceReference();
    const found = readDenials(input, reference.actions);
    const unread = new Unread();
    const files = (await Promise.all(values.policy.map(file => policiesOf(context, file, unread)))).flat();
    const boundaryFile = values.boundary;
    const boundaries = boundaryFile === undefined ? [] : await policiesOf(context, boundaryFile, unread);
    context.err(unread.text('denied'));
    if (boundaries.length > 1)
      throw new UsageError(`--boundary takes one policy; ${boundaryFile ?? ''} holds ${boundaries.length}`);
    const [boundary] = boundaries;
    const account =
      profile === undefined || found.length === 0
        ? undefined
        : new RoleReader(await openAccount(context, values), values.role, context.signal);
    let table: TypeMapping | undefined;
    const mapping = (): TypeMapping => (table ??= readMapping(permissionData('terraform.json.gz')));
    const denials: Shown[] = [];
    for (const one of found) {
      const denial = await decode(one, account, reference.actions);
      const read = await account?.policiesOf(denial);
      const policies = [...files, ...(read?.policies ?? [])];
      const explanation = explainDenial(denial, policies, boundary ?? read?.boundary, reference);
      const call = denial.action === undefined ? undefined : refusedCall(input, denial.action, mapping());
      denials.push({ ...report(denial, explanation, policies, read?.role), ...(call && { terraform: call }) });
    }
    if (format === 'json') context.out(jsonReport('denied', { denials }));
    else context.out(denials.length === 0 ? `Nothing is denied in ${name}.\n` : denials.map(asText).join('\n'));
    return exitCode({ wrong: denials.length > 0, unread: unread.any });
  },
});

/** Reads each role once. */
class RoleReader {
  private readonly known = new Map<string, Awaited<ReturnType<RoleReader['read']>>>();

  constructor(
    readonly opened: OpenedAccount,
    private readonly wanted: string | undefined,
    readonly signal: AbortSignal,
  ) {}

  async policiesOf(denial: Denial): Promise<Awaited<ReturnType<RoleReader['read']>> | undefined> {
    const named = denial.principal === undefined ? undefined : roleOf(denial.principal);
    const account = named?.split(':')[4];
    const role = this.wanted ?? (account === this.opened.caller.accountId ? named?.split('/').at(-1) : undefined);
    if (role === undefined) {
      if (named === undefined || account === undefined) return undefined;
      throw new ProblemError({
        code: 'other-account',
        message: `The message names a role of account ${account}; the profile belongs to account ${this.opened.caller.accountId}.`,
        nextStep: `Choose a profile of account ${account} with --profile.`,
      });
    }
    const read = this.known.get(role) ?? (await this.read(role));
    this.known.set(role, read);
    return read;
  }

  private async read(
    nameOrArn: string,
  ): Promise<{ role: string; policies: readonly NamedPolicy[]; boundary: NamedPolicy | undefined }> {
    const { account } = this.opened;
    const role = unwrap(await account.readRole(nameOrArn, this.signal));
    if (role === undefined) {
      throw new ProblemError({
        code: 'no-such-role',
        message: `The account has no role ${nameOrArn}.`,
        nextStep: 'Name the role with --role, or choose the profile of its account.',
      });
    }
    return { role: role.arn, ...unwrap(await rolePolicies(account, role, this.signal)) };
  }
}

/** An encoded message says more than the one around it; only AWS can read it. */
async function decode(
  denial: Denial,
  account: RoleReader | undefined,
  actions: Parameters<typeof readDenials>[1],
): Promise<Denial> {
  if (denial.encoded === undefined || account === undefined) return denial;
  const decoded = await account.opened.account.decodeMessage(denial.encoded, account.signal);
  if (!decoded.ok) {
    // What the plain message says is enough to go on; without it the decoding is what the user asked for.
    if (denial.action !== undefined) return denial;
    throw new ProblemError(decoded.problem);
  }
  const [told] = readDenials(decoded.value, actions);
  if (told === undefined) return denial;
  return {
    ...told,
    principal: denial.principal ?? told.principal,
    policy: denial.policy,
    policyArn: denial.policyArn,
    requestId: denial.requestId,
  };
}

function report(
  denial: Denial,
  explanation: DenialExplanation,
  policies: readonly NamedPolicy[],
  role: string | undefined,
) {
  const { change } = explanation;
  const policy = policies.find(p => p.name === change?.policy);
  const before = policy === undefined ? '' : readNamed(policy).text;
  const after = change === undefined ? '' : applyEdits(before, change.edits);
  return {
    action: denial.action ?? null,
    resource: denial.resource ?? null,
    principal: denial.principal ?? null,
    role: role ?? (denial.principal === undefined ? null : (roleOf(denial.principal) ?? null)),
    kind: denial.kind,
    policyType: denial.policy ?? null,
    policyArn: denial.policyArn ?? null,
    encoded: denial.encoded !== undefined,
    requestId: denial.requestId ?? null,
    decision: explanation.decision ?? null,
    lacks: explanation.lacks,
    nextStep: explanation.nextStep,
    change:
      change === undefined
        ? null
        : {
            policy: change.policy,
            title: change.title,
            statement: change.statement,
            document: policy?.code === undefined ? document(after) : null,
            diff: unifiedDiff((policy?.code?.file ?? change.policy).replace(/^\/+/, ''), before, after),
          },
  };
}

function document(text: string): unknown {
  const { root } = readPolicyText(text);
  try {
    return JSON.parse(root === undefined ? text : text.slice(root.start, root.end)) as unknown;
  } catch {
    return text;
  }
}

/** A denial as it is printed, with what Terraform did where the text says it. */
type Shown = ReturnType<typeof report> & { readonly terraform?: ReturnType<typeof refusedCall> };

function asText(denial: Shown): string {
  const change = denial['change'] as { title: string; diff: string } | null;
  const lacks = denial['lacks'] as readonly string[];
  const call = denial['terraform'] as RefusedCall | undefined;
  const head = `${whatWasRefused(denial.action ?? undefined, denial.encoded)}${denial['resource'] === null ? '' : ` on ${String(denial['resource'])}`} was refused`;
  return [
    `${head}${denial['role'] === null ? '' : ` to ${String(denial['role'])}`}.`,
    ...lacks.map(l => `  ${l}`),
    ...(call?.address === undefined ? [] : [`  Terraform called it for ${call.address}.`]),
    ...(call?.says ?? []).map(sentence => `  ${sentence}`),
    change === null ? `  Next: ${String(denial['nextStep'])}` : `  Smallest change: ${change.title}.\n\n${change.diff}`,
    '',
  ].join('\n');
}
