import { roleFor, template } from './template';

/** Identities, keys, secrets, logs, audits and deployments. */
export const governance = [
  template(
    'iam',
    ['max_session_duration = 3600', 'max_session_duration = 7200'],
    `resource "aws_iam_role" "app" {
  name                 = "\${var.prefix}-app"
  path                 = "/apps/"
  max_session_duration = 3600
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}
resource "aws_iam_policy" "app" {
  name = "\${var.prefix}-app"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::files/*" }]
  })
}
resource "aws_iam_role_policy_attachment" "app" {
  role       = aws_iam_role.app.name
  policy_arn = aws_iam_policy.app.arn
}
resource "aws_iam_instance_profile" "app" {
  name = "\${var.prefix}-app"
  role = aws_iam_role.app.name
}
resource "aws_iam_group" "staff" {
  name = "\${var.prefix}-staff"
}`,
  ),
  template(
    'kms',
    ['deletion_window_in_days = 7', 'deletion_window_in_days = 10'],
    `resource "aws_kms_key" "main" {
  description             = "Data"
  deletion_window_in_days = 7
  enable_key_rotation     = true
}
resource "aws_kms_alias" "main" {
  name          = "alias/\${var.prefix}-main"
  target_key_id = aws_kms_key.main.id
}`,
  ),
  template(
    'secretsmanager',
    ['description             = "Login"', 'description             = "Password"'],
    `resource "aws_secretsmanager_secret" "login" {
  name                    = "\${var.prefix}-login"
  description             = "Login"
  recovery_window_in_days = 0
}
resource "aws_secretsmanager_secret_version" "login" {
  secret_id     = aws_secretsmanager_secret.login.id
  secret_string = "not-a-real-secret-0"
}`,
  ),
  template(
    'ssm',
    ['value = "one"', 'value = "two"'],
    `resource "aws_ssm_parameter" "mode" {
  name  = "/\${var.prefix}/mode"
  type  = "String"
  value = "one"
}
resource "aws_ssm_document" "hello" {
  name          = "\${var.prefix}-hello"
  document_type = "Command"
  content = jsonencode({
    schemaVersion = "2.2"
    description   = "Hello"
    mainSteps     = [{ action = "aws:runShellScript", name = "hello", inputs = { runCommand = ["echo hello"] } }]
  })
}`,
  ),
  template(
    'acm',
    ['validation_method = "DNS"', 'validation_method = "EMAIL"'],
    `resource "aws_acm_certificate" "site" {
  domain_name       = "\${var.prefix}.example.com"
  validation_method = "DNS"
}`,
  ),
  template(
    'logs',
    ['retention_in_days = 7', 'retention_in_days = 14'],
    `resource "aws_cloudwatch_log_group" "app" {
  name              = "/app/\${var.prefix}"
  retention_in_days = 7
}
resource "aws_cloudwatch_log_metric_filter" "errors" {
  name           = "\${var.prefix}-errors"
  log_group_name = aws_cloudwatch_log_group.app.name
  pattern        = "ERROR"
  metric_transformation {
    name      = "Errors"
    namespace = "App"
    value     = "1"
  }
}`,
  ),
  template(
    'cloudwatch',
    ['threshold           = 1', 'threshold           = 5'],
    `resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "\${var.prefix}-errors"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  metric_name         = "Errors"
  namespace           = "App"
  period              = 60
  statistic           = "Sum"
  threshold           = 1
}
resource "aws_cloudwatch_dashboard" "main" {
  dashboard_name = "\${var.prefix}-main"
  dashboard_body = jsonencode({ widgets = [] })
}`,
  ),
  template(
    'cloudtrail',
    ['enable_log_file_validation = false', 'enable_log_file_validation = true'],
    `resource "aws_s3_bucket" "trail" {
  bucket        = "\${var.prefix}-trail-0f3a"
  force_destroy = true
}
resource "aws_cloudtrail" "main" {
  name                       = "\${var.prefix}-trail"
  s3_bucket_name             = aws_s3_bucket.trail.id
  enable_log_file_validation = false
}`,
  ),
  template(
    'config',
    ['all_supported = true', 'all_supported = false'],
    `${roleFor('config')}resource "aws_config_configuration_recorder" "main" {
  name     = "\${var.prefix}-recorder"
  role_arn = aws_iam_role.service.arn
  recording_group {
    all_supported = true
  }
}
resource "aws_config_config_rule" "buckets" {
  name = "\${var.prefix}-buckets"
  source {
    owner             = "AWS"
    source_identifier = "S3_BUCKET_VERSIONING_ENABLED"
  }
  depends_on = [aws_config_configuration_recorder.main]
}`,
  ),
  template(
    'guardduty',
    ['"SIX_HOURS"', '"ONE_HOUR"'],
    `resource "aws_guardduty_detector" "main" {
  enable                       = true
  finding_publishing_frequency = "SIX_HOURS"
}
resource "aws_guardduty_filter" "low" {
  name        = "\${var.prefix}-low"
  detector_id = aws_guardduty_detector.main.id
  action      = "ARCHIVE"
  rank        = 1
  finding_criteria {
    criterion {
      field  = "region"
      equals = ["us-east-1"]
    }
  }
}`,
  ),
  template(
    'securityhub',
    ['description        = "Send"', 'description        = "Forward"'],
    `resource "aws_securityhub_account" "main" {}
resource "aws_securityhub_action_target" "send" {
  name               = "Send"
  identifier         = "Send\${var.prefix}"
  description        = "Send"
  depends_on         = [aws_securityhub_account.main]
}`,
  ),
  template(
    'access-analyzer',
    ['archive_rule', 'archive_rule'],
    `resource "aws_accessanalyzer_analyzer" "main" {
  analyzer_name = "\${var.prefix}-analyzer"
}
resource "aws_accessanalyzer_archive_rule" "own" {
  analyzer_name = aws_accessanalyzer_analyzer.main.analyzer_name
  rule_name     = "own"
  filter {
    criteria = "isPublic"
    eq       = ["false"]
  }
}`,
  ),
  template(
    'cognito-idp',
    ['minimum_length    = 8', 'minimum_length    = 12'],
    `resource "aws_cognito_user_pool" "users" {
  name = "\${var.prefix}-users"
  password_policy {
    minimum_length    = 8
    require_uppercase = true
    require_lowercase = true
    require_numbers   = true
    require_symbols   = true
  }
}
resource "aws_cognito_user_pool_client" "web" {
  name         = "\${var.prefix}-web"
  user_pool_id = aws_cognito_user_pool.users.id
}`,
  ),
  template(
    'cognito-identity',
    ['allow_classic_flow               = false', 'allow_classic_flow               = true'],
    `resource "aws_cognito_identity_pool" "visitors" {
  identity_pool_name               = "\${var.prefix}-visitors"
  allow_unauthenticated_identities = false
  allow_classic_flow               = false
}`,
  ),
  template(
    'wafv2',
    ['addresses          = ["192.0.2.0/24"]', 'addresses          = ["198.51.100.0/24"]'],
    `resource "aws_wafv2_ip_set" "office" {
  name               = "\${var.prefix}-office"
  scope              = "REGIONAL"
  ip_address_version = "IPV4"
  addresses          = ["192.0.2.0/24"]
}
resource "aws_wafv2_web_acl" "main" {
  name  = "\${var.prefix}-acl"
  scope = "REGIONAL"
  default_action {
    allow {}
  }
  visibility_config {
    cloudwatch_metrics_enabled = false
    metric_name                = "acl"
    sampled_requests_enabled   = false
  }
}`,
  ),
];
