import type { TypeMapping } from '../../src/iam/needs/mapping';
import type { Phase } from '../../src/iam/needs/need';
import type { Permissions } from '../../src/iam/needs/generate';
import type { SeenCall, EnforcingProxy } from './proxy';
import type { AttachedProvider } from './attached';
import { type Configuration, type Files, planOf, type Stage, stages } from './phases';
import { type Ended, type ProviderPlace, Workspace } from './workspace';

export interface PhaseResult {
  readonly stage: Stage;
  readonly phase: Phase;
  /** `passed`: came to its end. `refused`: a call was refused. `emulator`: ended with an error, and no call was refused. */
  readonly outcome: 'passed' | 'refused' | 'emulator';
  readonly error: string;
  readonly calls: readonly SeenCall[];
  /** Actions of the policy that no call of this phase used. */
  readonly unused: readonly string[];
  readonly milliseconds: number;
}

export interface ConfigurationResult {
  readonly name: string;
  readonly phases: readonly PhaseResult[];
}

export interface Prover {
  readonly proxy: EnforcingProxy;
  readonly mapping: TypeMapping;
  readonly provider: ProviderPlace;
  readonly account: string;
  readonly region: string;
  /** A running provider, for configurations with one provider block. */
  readonly attached: AttachedProvider | undefined;
  /** Empties the emulator, and makes what a configuration finds. */
  reset(files: Files): Promise<void>;
  /** Takes the plan of what is created, as JSON. */
  readonly planned: ((name: string, shown: () => Promise<string>) => Promise<void>) | undefined;
  readonly wanted: ReadonlySet<Stage>;
}

/** Takes one configuration through all stages, each under exactly its policy. Ends where a phase that others build on has failed. */
export async function prove(configuration: Configuration, prover: Prover): Promise<ConfigurationResult> {
  const { proxy, provider, region, account } = prover;
  await prover.reset(configuration.files);
  const shared = manyProviders(configuration) ? undefined : prover.attached;
  if (shared !== undefined) shared.types = new Set();
  const workspace = new Workspace(proxy.environment, provider, { region, account }, shared);
  const phases: PhaseResult[] = [];
  try {
    proxy.policy = undefined;
    const { files } = configuration;
    workspace.write(files);
    const begun = await workspace.init();
    if (begun.code !== 0) return { name: configuration.name, phases: [notBegun(begun)] };
    const pull = async (): Promise<void> => {
      proxy.policy = undefined;
      await workspace.pull(files);
      proxy.take();
    };
    for (const stage of stages) {
      if (!prover.wanted.has(stage) && stage !== 'create' && stage !== 'destroy') continue;
      await pull();
      const plan = planOf(configuration, stage, workspace.addresses());
      if (plan === undefined) continue;
      workspace.write(plan.files);
      const planned = await phase(prover, stage, 'plan', workspace, () => workspace.plan(plan.options), plan.files);
      phases.push(planned);
      if (planned.outcome === 'passed' && stage === 'create')
        await prover.planned?.(configuration.name, () => workspace.shown());
      if (planned.outcome === 'passed')
        phases.push(await phase(prover, stage, 'apply', workspace, () => workspace.apply(), plan.files));
      const last = phases.at(-1);
      // What was not made can't be changed; what is there has to go in any case.
      if (last?.outcome !== 'passed' && stage === 'create') break;
    }
  } finally {
    workspace.remove();
  }
  return { name: configuration.name, phases };
}

const manyProviders = ({ files }: Configuration): boolean =>
  Object.values(files).flatMap(text => [...(text ?? '').matchAll(/^provider "aws"/gm)]).length > 1;

async function phase(
  { proxy, mapping }: Prover,
  stage: Stage,
  of: Phase,
  workspace: Workspace,
  work: () => Promise<Ended>,
  files: Configuration['files'],
): Promise<PhaseResult> {
  const permissions = await workspace.policy(files, mapping, of);
  proxy.policy = JSON.stringify(permissions.policy);
  proxy.take();
  const started = Date.now();
  const { code, error } = await work();
  const calls = proxy.take();
  const refused = calls.some(c => c.refused);
  return {
    ...{ stage, phase: of, error, calls, milliseconds: Date.now() - started },
    outcome: refused ? 'refused' : code === 0 ? 'passed' : 'emulator',
    unused: unusedIn(permissions, calls),
  };
}

function unusedIn({ policy }: Permissions, calls: readonly SeenCall[]): readonly string[] {
  const used = new Set(calls.map(c => c.call[0].toLowerCase()));
  return [...new Set(policy.Statement.flatMap(s => s.Action))].filter(a => !used.has(a.toLowerCase())).sort();
}

const notBegun = ({ error }: Ended): PhaseResult => ({
  ...{ stage: 'create', phase: 'plan', outcome: 'emulator', error: `terraform init: ${error}` },
  ...{ calls: [], unused: [], milliseconds: 0 },
});
