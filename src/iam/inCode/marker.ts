import { arnOf, bucketArn, iamArn } from '../../oidc/arns';
import type { Span } from '../../core/text';
import type { Expression } from '../../terraform/syntax/ast';
import type { PolicyNode } from '../policy/node';
import { anyName, anyText } from '../policy/patterns/resourcePattern';
import { type Holes, idMark } from '../policy/patterns/holes';

/** How a reader of policies writes down a text of which Terraform alone knows a part. */
export interface Marker {
  /** What stands for a part: an expression of the code, or (`undefined`) a piece that only the evaluator saw. */
  mark(expression: Expression | undefined, written: string): string;
  /** A text with marks in it as a node. */
  node(text: string, written: string, span: Span): PolicyNode;
  /** A whole value of which nothing is known: as a text after all, or `undefined`. */
  whole(expression: Expression, written: string): string | undefined;
}

const ids = /^(?:data\.)?tfe_(?:workspace|project|stack)\.[\w-]+(?:\[[^\]]*\])?\.id$/;

/** For trust policies: each expression has a mark of its own, so that two keys of `${var.host}` are of one issuer. */
export function trustMarker(holes: Holes): Marker {
  const mark = (_: Expression | undefined, written: string): string =>
    `${ids.test(written.trim()) ? idMark : ''}${holes.mark(`\${${written}}`)}`;
  return {
    mark,
    node: (text, written, span) => ({ kind: 'unknown', text: written, shape: text, ...span }),
    whole: mark,
  };
}

const anyAccount = { partition: anyName, accountId: anyName };
const regional = (service: string, resource: string): string =>
  arnOf({ partition: anyName, service, region: anyName, account: anyName }, resource);

/** The ARNs of resources that are named by `.arn`; only types for which action and resource are often confused. */
const arnShapes: Readonly<Record<string, string>> = {
  aws_s3_bucket: bucketArn(anyName, anyName),
  aws_s3_object: bucketArn(anyName, anyName, anyText),
  aws_sqs_queue: regional('sqs', anyName),
  aws_sns_topic: regional('sns', anyName),
  aws_dynamodb_table: regional('dynamodb', `table/${anyName}`),
  aws_iam_role: iamArn(anyAccount, `role/${anyText}`),
  aws_iam_user: iamArn(anyAccount, `user/${anyText}`),
  aws_iam_group: iamArn(anyAccount, `group/${anyText}`),
  aws_kms_key: regional('kms', `key/${anyName}`),
  aws_lambda_function: regional('lambda', `function:${anyName}`),
  aws_secretsmanager_secret: regional('secretsmanager', `secret:${anyText}`),
  aws_ssm_parameter: regional('ssm', `parameter/${anyText}`),
  aws_ecr_repository: regional('ecr', `repository/${anyText}`),
};

const nameLike =
  /(?:^|[._])(?:id|name|bucket|account_id|region|partition|key|arn_suffix|table|queue|topic|function_name|prefix)$|^each\.key$|bucket(?:_name)?$/;

/** What a reference's name tells of the text behind it. */
function shapeOf(written: string): string | undefined {
  const path = written.replace(/\[[^[\]]*\]/g, '').trim();
  const type = /^(?:data\.)?(aws_\w+)\.[\w-]+\.arn$/.exec(path)?.[1];
  if (type !== undefined && Object.hasOwn(arnShapes, type)) return arnShapes[type];
  if (/(?:^|[._])(?:s3_)?bucket_arn$/.test(path)) return arnShapes['aws_s3_bucket'];
  return nameLike.test(path) ? anyName : undefined;
}

const isReference = (expression: Expression): boolean =>
  expression.kind === 'reference' || expression.kind === 'attribute' || expression.kind === 'index';

/** For permission policies: patterns of what the text can be. */
export const patternMarker: Marker = {
  mark: (expression, written) =>
    (expression === undefined || isReference(expression) ? shapeOf(written) : undefined) ?? anyText,
  node: (text, written, span) =>
    text === anyText || text === anyName
      ? { kind: 'unknown', text: written, ...span }
      : { kind: 'string', value: text, ...span },
  whole: (expression, written) => (isReference(expression) ? shapeOf(written) : undefined),
};

/** For people: `…` where only Terraform knows. */
export function shown(pattern: string): string {
  return pattern.replace(/[\uE000\uE001]+/g, '…');
}
