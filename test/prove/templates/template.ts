/**
 * A small piece of code of one service. Names begin with `${var.prefix}`, so that the same code serves as a root and as a module that is
 * called for each of several keys.
 */
export interface Template {
  readonly name: string;
  readonly code: string;
  /** A change in place, or of what forces a new resource. */
  readonly change: readonly [old: string, changed: string];
}

export const template = (name: string, change: readonly [string, string], code: string): Template => ({
  name,
  code: `${code.trim()}\n`,
  change,
});

/** A role that a service may assume. */
export const roleFor = (service: string, label = 'service'): string => `resource "aws_iam_role" "${label}" {
  name = "\${var.prefix}-${service}"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "${service}.amazonaws.com" } }]
  })
}
`;

/** A network with two subnets in two zones. */
export const network = `resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "a" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = "us-east-1a"
}
resource "aws_subnet" "b" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.2.0/24"
  availability_zone = "us-east-1b"
}
`;
