/** A whole organization: the audit's workspaces, grouped, planned, and moved in waves. */
export { type AccountMigration, type MigrationPlan, type MigrationServices, planMigration } from './plan';
export { migrate, type MigrationResult, type UnitResult } from './run';
export { accountOfRoles, type MigrationUnit, sortUnits } from './units';
