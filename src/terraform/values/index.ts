/**
 * What Terraform would say: the one evaluator of values in Terraform code.
 *
 * `rootValues(root)` opens the values of a root; `.scope` is its root module, and `scope.child(call, instance)` one use of a module.
 * `evaluate(expression, frame)` answers with a value (`string`, `number`, `bool`, `null`, `list`, `set`, `tuple`, `map`, `object`) whose
 * members may be unknown, or with `unknown`: a sentence why, the place, the type where it is known, whether it can be null, and
 * how a text begins and ends. `scope.instances(block)` says how often a block is made and gives each instance a frame in which its
 * arguments are evaluated. Nothing throws; the work is bounded. A value carries marks: root variables whose default or tfvars
 * value it depends on (`assumedVariables`), and whether it may be shown (`isShowable`).
 *
 * Oracle: `terraform console` and `terraform plan` (scripts/terraform-oracle, docs/evaluation.md).
 */
export { ModuleScope, originOf } from './scope';
export { type StoreContent, type StoreReader, StackValues, tokenOf } from './stack';
export { type ValueOptions, RootValues } from './root';
export { contentsOf, type Instance, instancesOf } from './instances';
export type { Frame } from './frame';
export { marksIn } from './marks';
export { convert } from './convert';
export { isNotNull } from './operators';
export type { Type } from './type';
export { deepMarks, isList, isMap, isWhole, text, unknown, type Unknown, type Value } from './value';
export { assumedVariables, evaluate, isShowable, moduleValues, rootValues, stringOf, textOf } from './read';
