import { roleFor, template } from './template';

/** Queues, topics, events, streams and what runs on them. */
export const messages = [
  template(
    'sqs',
    ['visibility_timeout_seconds = 30', 'visibility_timeout_seconds = 60'],
    `resource "aws_sqs_queue" "dead" {
  name = "\${var.prefix}-dead"
}
resource "aws_sqs_queue" "main" {
  name                       = "\${var.prefix}-main"
  visibility_timeout_seconds = 30
  redrive_policy             = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 3 })
}
resource "aws_sqs_queue_policy" "main" {
  queue_url = aws_sqs_queue.main.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "sns.amazonaws.com" }, Action = "sqs:SendMessage", Resource = aws_sqs_queue.main.arn }]
  })
}`,
  ),
  template(
    'sns',
    ['display_name = "News"', 'display_name = "Latest"'],
    `resource "aws_sqs_queue" "reader" {
  name = "\${var.prefix}-reader"
}
resource "aws_sns_topic" "news" {
  name         = "\${var.prefix}-news"
  display_name = "News"
}
resource "aws_sns_topic_subscription" "reader" {
  topic_arn = aws_sns_topic.news.arn
  protocol  = "sqs"
  endpoint  = aws_sqs_queue.reader.arn
}`,
  ),
  template(
    'events',
    ['description    = "Daily"', 'description    = "Each day"'],
    `resource "aws_cloudwatch_event_bus" "shop" {
  name = "\${var.prefix}-shop"
}
resource "aws_sqs_queue" "orders" {
  name = "\${var.prefix}-orders"
}
resource "aws_cloudwatch_event_rule" "orders" {
  name           = "\${var.prefix}-orders"
  description    = "Daily"
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  event_pattern  = jsonencode({ source = ["shop"] })
}
resource "aws_cloudwatch_event_target" "orders" {
  rule           = aws_cloudwatch_event_rule.orders.name
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  arn            = aws_sqs_queue.orders.arn
}`,
  ),
  template(
    'scheduler',
    ['rate(1 hour)', 'rate(2 hours)'],
    `${roleFor('scheduler')}resource "aws_scheduler_schedule_group" "jobs" {
  name = "\${var.prefix}-jobs"
}
resource "aws_sqs_queue" "jobs" {
  name = "\${var.prefix}-jobs"
}
resource "aws_scheduler_schedule" "hourly" {
  name                = "\${var.prefix}-hourly"
  group_name          = aws_scheduler_schedule_group.jobs.name
  schedule_expression = "rate(1 hour)"
  flexible_time_window {
    mode = "OFF"
  }
  target {
    arn      = aws_sqs_queue.jobs.arn
    role_arn = aws_iam_role.service.arn
  }
}`,
  ),
  template(
    'pipes',
    ['description = "Through"', 'description = "Across"'],
    `${roleFor('pipes')}resource "aws_sqs_queue" "in" {
  name = "\${var.prefix}-in"
}
resource "aws_sqs_queue" "out" {
  name = "\${var.prefix}-out"
}
resource "aws_pipes_pipe" "through" {
  name        = "\${var.prefix}-through"
  description = "Through"
  role_arn    = aws_iam_role.service.arn
  source      = aws_sqs_queue.in.arn
  target      = aws_sqs_queue.out.arn
}`,
  ),
  template(
    'states',
    ['"Done"', '"Finished"'],
    `${roleFor('states')}resource "aws_sfn_state_machine" "flow" {
  name       = "\${var.prefix}-flow"
  role_arn   = aws_iam_role.service.arn
  definition = jsonencode({ StartAt = "Only", States = { Only = { Type = "Pass", Comment = "Done", End = true } } })
}
resource "aws_sfn_activity" "manual" {
  name = "\${var.prefix}-manual"
}`,
  ),
  template(
    'kinesis',
    ['retention_period = 24', 'retention_period = 48'],
    `resource "aws_kinesis_stream" "clicks" {
  name             = "\${var.prefix}-clicks"
  shard_count      = 1
  retention_period = 24
}
resource "aws_kinesis_stream_consumer" "reader" {
  name       = "\${var.prefix}-reader"
  stream_arn = aws_kinesis_stream.clicks.arn
}`,
  ),
  template(
    'firehose',
    ['buffering_interval = 300', 'buffering_interval = 600'],
    `${roleFor('firehose')}resource "aws_s3_bucket" "landing" {
  bucket        = "\${var.prefix}-landing-0f3a"
  force_destroy = true
}
resource "aws_kinesis_firehose_delivery_stream" "landing" {
  name        = "\${var.prefix}-landing"
  destination = "extended_s3"
  extended_s3_configuration {
    role_arn           = aws_iam_role.service.arn
    bucket_arn         = aws_s3_bucket.landing.arn
    buffering_interval = 300
  }
}`,
  ),
  template(
    'kafka',
    ['number_of_broker_nodes = 2', 'number_of_broker_nodes = 4'],
    `data "aws_subnets" "all" {}
resource "aws_security_group" "kafka" {
  name = "\${var.prefix}-kafka"
}
resource "aws_msk_cluster" "main" {
  cluster_name           = "\${var.prefix}-kafka"
  kafka_version          = "3.6.0"
  number_of_broker_nodes = 2
  broker_node_group_info {
    instance_type   = "kafka.t3.small"
    client_subnets  = slice(sort(data.aws_subnets.all.ids), 0, 2)
    security_groups = [aws_security_group.kafka.id]
  }
}`,
  ),
  template(
    'mq',
    ['auto_minor_version_upgrade = true', 'auto_minor_version_upgrade = false'],
    `resource "aws_mq_broker" "main" {
  broker_name                = "\${var.prefix}-broker"
  engine_type                = "ActiveMQ"
  engine_version             = "5.18"
  host_instance_type         = "mq.t3.micro"
  auto_minor_version_upgrade = true
  user {
    username = "admin"
    password = "not-a-real-secret-0"
  }
}`,
  ),
  template(
    'ses',
    ['reply.example.com', 'bounce.example.com'],
    `resource "aws_ses_domain_identity" "mail" {
  domain = "\${var.prefix}.example.com"
}
resource "aws_ses_domain_mail_from" "mail" {
  domain           = aws_ses_domain_identity.mail.domain
  mail_from_domain = "reply.example.com"
}
resource "aws_ses_template" "hello" {
  name    = "\${var.prefix}-hello"
  subject = "Hello"
  text    = "Hello"
}`,
  ),
  template(
    'sesv2',
    ['sending_enabled = true', 'sending_enabled = false'],
    `resource "aws_sesv2_configuration_set" "main" {
  configuration_set_name = "\${var.prefix}-set"
  sending_options {
    sending_enabled = true
  }
}
resource "aws_sesv2_email_identity" "mail" {
  email_identity         = "\${var.prefix}.example.org"
  configuration_set_name = aws_sesv2_configuration_set.main.configuration_set_name
}`,
  ),
];
