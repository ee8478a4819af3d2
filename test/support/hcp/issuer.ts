import { createSign, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import type { HcpState, RunState, WorkspaceState } from './state';

/** Signs workload identity tokens with the claims of HCP Terraform's own. */
export class Issuer {
  private readonly privateKey: KeyObject;
  private readonly publicKey: KeyObject;
  private readonly kid = randomUUID();

  constructor(readonly url: string) {
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.privateKey = pair.privateKey;
    this.publicKey = pair.publicKey;
  }

  discovery(): Record<string, unknown> {
    return {
      issuer: this.url,
      jwks_uri: `${this.url}/.well-known/jwks`,
      response_types_supported: ['id_token'],
      claims_supported: ['sub', 'aud', 'exp', 'iat', 'iss', 'jti', 'nbf', 'ref'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid'],
      subject_types_supported: ['public'],
    };
  }

  jwks(): Record<string, unknown> {
    return { keys: [{ ...this.publicKey.export({ format: 'jwk' }), kid: this.kid, use: 'sig', alg: 'RS256' }] };
  }

  /** https://developer.hashicorp.com/terraform/cloud-docs/dynamic-provider-credentials/workload-identity-tokens */
  token(
    state: HcpState,
    workspace: WorkspaceState,
    run: RunState,
    phase: 'plan' | 'apply',
    audience: string,
    now: number,
  ): string {
    const project = state.projectOf(workspace);
    const full = `organization:${workspace.organization}:project:${project.name}:workspace:${workspace.name}`;
    const claims = {
      terraform_organization_id: `org-${workspace.organization}`,
      terraform_organization_name: workspace.organization,
      terraform_project_id: project.id,
      terraform_project_name: project.name,
      terraform_workspace_id: workspace.id,
      terraform_workspace_name: workspace.name,
      terraform_full_workspace: full,
      terraform_run_id: run.id,
      terraform_run_phase: phase,
    };
    return this.sign(`${full}:run_phase:${phase}`, audience, claims, now);
  }

  /** A token with that subject, of whatever kind of run. */
  sign(
    sub: string,
    aud: string,
    more: Readonly<Record<string, string>>,
    now: number,
    { early, lives } = { early: 5, lives: 300 },
  ): string {
    const seconds = Math.floor(now / 1000);
    const claims = {
      jti: randomUUID(),
      iss: this.url,
      aud,
      iat: seconds,
      nbf: seconds - early,
      exp: seconds + lives,
      sub,
      ...more,
    };
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ typ: 'JWT', alg: 'RS256', kid: this.kid })}.${part(claims)}`;
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(this.privateKey, 'base64url')}`;
  }
}
