import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { World } from '../aws/world';
import type { HcpServer } from '../hcp/server';

/** A workspace with a static key and nothing else, and its code in the folder `project` of the home: the beginning of a first setup. */
export function seedFirstSetup(world: World, hcp: HcpServer): void {
  hcp.state.organization('acme');
  const projectId = hcp.state.project('acme', 'Shop Front').id;
  const workspace = hcp.state.workspace('acme', 'storefront', { projectId });
  hcp.state.variable(workspace, 'AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  const project = path.join(world.home, 'project');
  mkdirSync(project);
  writeFileSync(
    path.join(project, 'main.tf'),
    `terraform {\n  cloud {\n    hostname     = "${hcp.hostname}"\n    organization = "acme"\n    workspaces {\n      name = "storefront"\n    }\n  }\n}\n\nprovider "aws" {\n  region = "eu-central-1"\n}\n`,
  );
}
