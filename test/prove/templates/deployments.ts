import { roleFor, template } from './template';

/** Builds, deployments, budgets and what belongs to them. */
export const deployments = [
  template(
    'codebuild',
    ['build_timeout = 10', 'build_timeout = 20'],
    `${roleFor('codebuild')}resource "aws_codebuild_project" "app" {
  name          = "\${var.prefix}-app"
  build_timeout = 10
  service_role  = aws_iam_role.service.arn
  artifacts {
    type = "NO_ARTIFACTS"
  }
  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/standard:7.0"
    type         = "LINUX_CONTAINER"
  }
  source {
    type      = "NO_SOURCE"
    buildspec = "version: 0.2"
  }
}`,
  ),
  template(
    'codecommit',
    ['description     = "Code"', 'description     = "Sources"'],
    `resource "aws_codecommit_repository" "app" {
  repository_name = "\${var.prefix}-app"
  description     = "Code"
}`,
  ),
  template(
    'codepipeline',
    ['category = "Source"', 'category = "Source"'],
    `${roleFor('codepipeline')}resource "aws_s3_bucket" "artifacts" {
  bucket        = "\${var.prefix}-artifacts-0f3a"
  force_destroy = true
}
resource "aws_codepipeline" "app" {
  name     = "\${var.prefix}-app"
  role_arn = aws_iam_role.service.arn
  artifact_store {
    location = aws_s3_bucket.artifacts.bucket
    type     = "S3"
  }
  stage {
    name = "Source"
    action {
      name             = "Source"
      category = "Source"
      owner            = "AWS"
      provider         = "S3"
      version          = "1"
      output_artifacts = ["source"]
      configuration = {
        S3Bucket    = aws_s3_bucket.artifacts.bucket
        S3ObjectKey = "source.zip"
      }
    }
  }
  stage {
    name = "Approve"
    action {
      name     = "Approve"
      category = "Approval"
      owner    = "AWS"
      provider = "Manual"
      version  = "1"
    }
  }
}`,
  ),
  template(
    'codeartifact',
    ['description = "Packages"', 'description = "Libraries"'],
    `resource "aws_codeartifact_domain" "main" {
  domain = "\${var.prefix}-domain"
}
resource "aws_codeartifact_repository" "packages" {
  repository  = "\${var.prefix}-packages"
  domain      = aws_codeartifact_domain.main.domain
  description = "Packages"
}`,
  ),
  template(
    'codedeploy',
    [
      'deployment_config_name = "CodeDeployDefault.OneAtATime"',
      'deployment_config_name = "CodeDeployDefault.AllAtOnce"',
    ],
    `${roleFor('codedeploy')}resource "aws_codedeploy_app" "app" {
  name = "\${var.prefix}-app"
}
resource "aws_codedeploy_deployment_group" "live" {
  app_name               = aws_codedeploy_app.app.name
  deployment_group_name  = "\${var.prefix}-live"
  service_role_arn       = aws_iam_role.service.arn
  deployment_config_name = "CodeDeployDefault.OneAtATime"
}`,
  ),
  template(
    'cloudformation',
    ['Default = "one"', 'Default = "two"'],
    `resource "aws_cloudformation_stack" "topic" {
  name = "\${var.prefix}-topic"
  template_body = jsonencode({
    Parameters = { Mode = { Type = "String", Default = "one" } }
    Resources  = { Topic = { Type = "AWS::SNS::Topic" } }
  })
}`,
  ),
  template(
    'budgets',
    ['limit_amount = "100"', 'limit_amount = "200"'],
    `resource "aws_budgets_budget" "monthly" {
  name         = "\${var.prefix}-monthly"
  budget_type  = "COST"
  limit_amount = "100"
  limit_unit   = "USD"
  time_unit    = "MONTHLY"
}`,
  ),
  template(
    'resource-groups',
    ['description = "All"', 'description = "Everything"'],
    `resource "aws_resourcegroups_group" "all" {
  name        = "\${var.prefix}-all"
  description = "All"
  resource_query {
    query = jsonencode({ ResourceTypeFilters = ["AWS::AllSupported"], TagFilters = [{ Key = "Project", Values = ["shop"] }] })
  }
}`,
  ),
  template(
    'ram',
    ['allow_external_principals = false', 'allow_external_principals = true'],
    `resource "aws_ram_resource_share" "network" {
  name                      = "\${var.prefix}-network"
  allow_external_principals = false
}`,
  ),
  template(
    'appconfig',
    ['description = "Flags"', 'description = "Switches"'],
    `resource "aws_appconfig_application" "flags" {
  name        = "\${var.prefix}-flags"
  description = "Flags"
}
resource "aws_appconfig_environment" "live" {
  name           = "live"
  application_id = aws_appconfig_application.flags.id
}`,
  ),
  template(
    'synthetics',
    ['name = "shop"', 'name = "store"'],
    `resource "aws_synthetics_group" "shop" {
  name = "shop"
}`,
  ),
  template(
    'xray',
    ['fixed_rate     = 0.05', 'fixed_rate     = 0.1'],
    `resource "aws_xray_sampling_rule" "main" {
  rule_name      = "\${var.prefix}-rule"
  priority       = 100
  version        = 1
  reservoir_size = 1
  fixed_rate     = 0.05
  url_path       = "*"
  host           = "*"
  http_method    = "*"
  service_type   = "*"
  service_name   = "*"
  resource_arn   = "*"
}`,
  ),
  template(
    'signer',
    ['value = 5', 'value = 6'],
    `resource "aws_signer_signing_profile" "code" {
  name        = replace("\${var.prefix}_code", "-", "_")
  platform_id = "AWSLambda-SHA384-ECDSA"
  signature_validity_period {
    value = 5
    type  = "YEARS"
  }
}`,
  ),
  template(
    'servicecatalog',
    ['description   = "Ready"', 'description   = "Approved"'],
    `resource "aws_servicecatalog_portfolio" "ready" {
  name          = "\${var.prefix}-ready"
  description   = "Ready"
  provider_name = "Platform"
}`,
  ),
];
