/** Files of other tools whose names end in `.hcl` too. */
const others: ReadonlySet<string> = new Set(['docker-bake.hcl', 'waypoint.hcl', 'bake.hcl']);

/** A name that only Terragrunt has. */
export const ownName = /^(?:terragrunt|root|.+\.terragrunt|terragrunt\.stack)\.hcl$/;

/** May it be Terragrunt's by its name? Of `NAME.hcl` the text decides: such files hold what Terragrunt's files include. */
export function mayBeTerragrunt(name: string): boolean {
  return ownName.test(name) || (/^[^.]+\.hcl$/.test(name) && !others.has(name));
}
