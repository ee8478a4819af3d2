/** A whole organization: the audit's workspaces, grouped, planned, and moved in waves. */
export { accountFinder, type AccountRoutes, openMember } from './accounts';
export { type AccountMigration, type MigrationPlan, type MigrationServices, planMigration } from './plan';
export { migrate, type MigrationResult, type UnitResult } from './run';
export { migrationServices } from './services';
export { type MigrationUnit, nextUnits, sortUnits } from './units';
