import type { Expression } from '../../terraform/syntax/ast';
import { anyName, anyText } from '../policy/patterns/resourcePattern';

/** Looks up `local.x` or `var.x` where its value stands in the same file. */
export type Lookup = (path: string) => Expression | undefined;

/** The ARNs of resources that are named by `.arn`; only types for which action and resource are often confused. */
const arnShapes: Readonly<Record<string, string>> = {
  aws_s3_bucket: `arn:${anyName}:s3:::${anyName}`,
  aws_s3_object: `arn:${anyName}:s3:::${anyName}/${anyText}`,
  aws_sqs_queue: `arn:${anyName}:sqs:${anyName}:${anyName}:${anyName}`,
  aws_sns_topic: `arn:${anyName}:sns:${anyName}:${anyName}:${anyName}`,
  aws_dynamodb_table: `arn:${anyName}:dynamodb:${anyName}:${anyName}:table/${anyName}`,
  aws_iam_role: `arn:${anyName}:iam::${anyName}:role/${anyText}`,
  aws_iam_user: `arn:${anyName}:iam::${anyName}:user/${anyText}`,
  aws_iam_group: `arn:${anyName}:iam::${anyName}:group/${anyText}`,
  aws_kms_key: `arn:${anyName}:kms:${anyName}:${anyName}:key/${anyName}`,
  aws_lambda_function: `arn:${anyName}:lambda:${anyName}:${anyName}:function:${anyName}`,
  aws_secretsmanager_secret: `arn:${anyName}:secretsmanager:${anyName}:${anyName}:secret:${anyText}`,
  aws_ssm_parameter: `arn:${anyName}:ssm:${anyName}:${anyName}:parameter/${anyText}`,
  aws_ecr_repository: `arn:${anyName}:ecr:${anyName}:${anyName}:repository/${anyText}`,
};

const nameLike =
  /(?:^|[._])(?:id|name|bucket|account_id|region|partition|key|arn_suffix|table|queue|topic|function_name|prefix)$|^each\.key$|bucket(?:_name)?$/;

/**
 * The text of an expression as a pattern: what only Terraform knows becomes `anyName` (where it can hold no slash) or `anyText`.
 * `undefined`: nothing at all is known, not even that it is one text.
 */
export function patternOf(expression: Expression, lookup: Lookup, depth = 0): string | undefined {
  if (depth > 20) return undefined;
  switch (expression.kind) {
    case 'string':
      return expression.value;
    case 'number':
    case 'bool':
      return expression.text;
    case 'parentheses':
      return patternOf(expression.inner, lookup, depth + 1);
    case 'template':
      return expression.parts
        .map(part =>
          part.kind === 'text'
            ? part.value
            : part.kind === 'interpolation'
              ? (patternOf(part.expression, lookup, depth + 1) ?? anyText)
              : anyText,
        )
        .join('');
    case 'reference':
      return referenced(expression.path, lookup, depth);
    case 'attribute':
      if (expression.on.kind === 'index' && expression.on.on.kind === 'reference')
        return shapeOf(`${expression.on.on.path}.${expression.name}`);
      return nameLike.test(expression.name) ? anyName : undefined;
    case 'call':
      return called(expression, lookup, depth);
    default:
      return undefined;
  }
}

function referenced(path: string, lookup: Lookup, depth: number): string | undefined {
  const value = lookup(path);
  const known = value === undefined ? undefined : patternOf(value, lookup, depth + 1);
  // A variable's default may be empty for the caller to fill in.
  return known === undefined || known === '' ? shapeOf(path) : known;
}

function shapeOf(path: string): string | undefined {
  const match = /^(?:data\.)?(aws_\w+)\.[\w-]+\.arn$/.exec(path);
  const shape = match?.[1] === undefined || !Object.hasOwn(arnShapes, match[1]) ? undefined : arnShapes[match[1]];
  if (shape !== undefined) return shape;
  if (/(?:^|[._])(?:s3_)?bucket_arn$/.test(path)) return arnShapes['aws_s3_bucket'];
  return nameLike.test(path) ? anyName : undefined;
}

function called(call: Extract<Expression, { kind: 'call' }>, lookup: Lookup, depth: number): string | undefined {
  const [first, ...rest] = call.args;
  if (first === undefined) return undefined;
  if (call.name === 'format') {
    const values = rest.map(a => patternOf(a, lookup, depth + 1) ?? anyText);
    let i = 0;
    return patternOf(first, lookup, depth + 1)?.replace(/%(?:s|d|v)|%%/g, m =>
      m === '%%' ? '%' : (values[i++] ?? anyText),
    );
  }
  return ['lower', 'upper', 'trimspace', 'tostring', 'replace', 'join'].includes(call.name) ? anyText : undefined;
}

/** For people: `…` where only Terraform knows. */
export function shown(pattern: string): string {
  return pattern.replace(/[\uE000\uE001]+/g, '…');
}
