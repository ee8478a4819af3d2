/**
 * Branded names: a value of one of these types has been checked against its grammar, so wrong states can't be written.
 * Grammars: https://developer.hashicorp.com/terraform/cloud-docs/api-docs/projects and …/workspaces.
 */
declare const brand: unique symbol;
type Brand<T, B extends string> = T & { readonly [brand]: B };

export type Hostname = Brand<string, 'Hostname'>;
export type OrganizationName = Brand<string, 'OrganizationName'>;
export type ProjectName = Brand<string, 'ProjectName'>;
export type WorkspaceName = Brand<string, 'WorkspaceName'>;
export type Subject = Brand<string, 'Subject'>;
export type Audience = Brand<string, 'Audience'>;
