import { network, roleFor, template } from './template';

/** Storage and databases. */
export const data = [
  template(
    's3',
    ['status = "Enabled"', 'status = "Suspended"'],
    `resource "aws_s3_bucket" "files" {
  bucket        = "\${var.prefix}-files-0f3a"
  force_destroy = true
}
resource "aws_s3_bucket_versioning" "files" {
  bucket = aws_s3_bucket.files.id
  versioning_configuration {
    status = "Enabled"
  }
}
resource "aws_s3_bucket_public_access_block" "files" {
  bucket              = aws_s3_bucket.files.id
  block_public_acls   = true
  block_public_policy = true
}
resource "aws_s3_bucket_server_side_encryption_configuration" "files" {
  bucket = aws_s3_bucket.files.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}`,
  ),
  template(
    'dynamodb',
    ['point_in_time_recovery {\n    enabled = false', 'point_in_time_recovery {\n    enabled = true'],
    `resource "aws_dynamodb_table" "orders" {
  name         = "\${var.prefix}-orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  point_in_time_recovery {
    enabled = false
  }
}`,
  ),
  template(
    'application-autoscaling',
    ['max_capacity       = 10', 'max_capacity       = 20'],
    `resource "aws_dynamodb_table" "scaled" {
  name           = "\${var.prefix}-scaled"
  read_capacity  = 1
  write_capacity = 1
  hash_key       = "id"
  attribute {
    name = "id"
    type = "S"
  }
}
resource "aws_appautoscaling_target" "read" {
  service_namespace  = "dynamodb"
  resource_id        = "table/\${aws_dynamodb_table.scaled.name}"
  scalable_dimension = "dynamodb:table:ReadCapacityUnits"
  min_capacity       = 1
  max_capacity       = 10
}
resource "aws_appautoscaling_policy" "read" {
  name               = "\${var.prefix}-read"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.read.service_namespace
  resource_id        = aws_appautoscaling_target.read.resource_id
  scalable_dimension = aws_appautoscaling_target.read.scalable_dimension
  target_tracking_scaling_policy_configuration {
    target_value = 70
    predefined_metric_specification {
      predefined_metric_type = "DynamoDBReadCapacityUtilization"
    }
  }
}`,
  ),
  template(
    'rds',
    ['backup_retention_period     = 1', 'backup_retention_period     = 7'],
    `${network}resource "aws_db_subnet_group" "main" {
  name       = "\${var.prefix}-db"
  subnet_ids = [aws_subnet.a.id, aws_subnet.b.id]
}
resource "aws_db_instance" "main" {
  identifier                  = "\${var.prefix}-db"
  engine                      = "postgres"
  instance_class              = "db.t3.micro"
  allocated_storage           = 20
  username                    = "root_user"
  manage_master_user_password = true
  db_subnet_group_name        = aws_db_subnet_group.main.name
  backup_retention_period     = 1
  skip_final_snapshot         = true
}`,
  ),
  template(
    'neptune',
    ['backup_retention_period = 1', 'backup_retention_period = 5'],
    `resource "aws_neptune_cluster" "graph" {
  cluster_identifier      = "\${var.prefix}-graph"
  engine                  = "neptune"
  backup_retention_period = 1
  skip_final_snapshot     = true
}
resource "aws_neptune_cluster_parameter_group" "graph" {
  family = "neptune1.3"
  name   = "\${var.prefix}-graph"
}`,
  ),
  template(
    'docdb',
    ['backup_retention_period = 1', 'backup_retention_period = 5'],
    `resource "aws_docdb_cluster" "docs" {
  cluster_identifier      = "\${var.prefix}-docs"
  master_username         = "root_user"
  master_password         = "not-a-real-secret-0"
  backup_retention_period = 1
  skip_final_snapshot     = true
}
resource "aws_docdb_cluster_parameter_group" "docs" {
  family = "docdb5.0"
  name   = "\${var.prefix}-docs"
}`,
  ),
  template(
    'elasticache',
    ['description = "Sessions"', 'description = "Caches"'],
    `${network}resource "aws_elasticache_subnet_group" "main" {
  name       = "\${var.prefix}-cache"
  subnet_ids = [aws_subnet.a.id, aws_subnet.b.id]
}
resource "aws_elasticache_replication_group" "main" {
  replication_group_id = "\${var.prefix}-cache"
  description = "Sessions"
  node_type            = "cache.t3.micro"
  num_cache_clusters   = 1
  subnet_group_name    = aws_elasticache_subnet_group.main.name
}`,
  ),
  template(
    'memorydb',
    ['description = "Open"', 'description = "Anyone"'],
    `${network}resource "aws_memorydb_subnet_group" "main" {
  name        = "\${var.prefix}-memory"
  description = "Open"
  subnet_ids  = [aws_subnet.a.id, aws_subnet.b.id]
}
resource "aws_memorydb_cluster" "main" {
  name              = "\${var.prefix}-memory"
  acl_name          = "open-access"
  node_type         = "db.t4g.small"
  num_shards        = 1
  subnet_group_name = aws_memorydb_subnet_group.main.name
}`,
  ),
  template(
    'dax',
    ['description = "Cache"', 'description = "Table cache"'],
    `${roleFor('dax')}resource "aws_dax_cluster" "main" {
  cluster_name       = "\${var.prefix}-dax"
  description = "Cache"
  iam_role_arn       = aws_iam_role.service.arn
  node_type          = "dax.t3.small"
  replication_factor = 1
}
resource "aws_dax_parameter_group" "main" {
  name = "\${var.prefix}-dax"
}`,
  ),
  template(
    'redshift',
    ['automated_snapshot_retention_period = 1', 'automated_snapshot_retention_period = 3'],
    `resource "aws_redshift_cluster" "main" {
  cluster_identifier                  = "\${var.prefix}-warehouse"
  node_type                           = "ra3.large"
  master_username                     = "root_user"
  master_password                     = "Not-a-real-secret-0"
  automated_snapshot_retention_period = 1
  skip_final_snapshot                 = true
}
resource "aws_redshift_parameter_group" "main" {
  name   = "\${var.prefix}-warehouse"
  family = "redshift-1.0"
}`,
  ),
  template(
    'opensearch',
    ['volume_size = 10', 'volume_size = 20'],
    `resource "aws_opensearch_domain" "logs" {
  domain_name    = "\${var.prefix}-logs"
  engine_version = "OpenSearch_2.11"
  cluster_config {
    instance_type = "t3.small.search"
  }
  ebs_options {
    ebs_enabled = true
    volume_size = 10
  }
}`,
  ),
  template(
    'elasticfilesystem',
    ['transition_to_ia = "AFTER_30_DAYS"', 'transition_to_ia = "AFTER_60_DAYS"'],
    `${network}resource "aws_efs_file_system" "shared" {
  creation_token = "\${var.prefix}-shared"
  lifecycle_policy {
    transition_to_ia = "AFTER_30_DAYS"
  }
}
resource "aws_efs_mount_target" "a" {
  file_system_id = aws_efs_file_system.shared.id
  subnet_id      = aws_subnet.a.id
}
resource "aws_efs_access_point" "app" {
  file_system_id = aws_efs_file_system.shared.id
}`,
  ),
  template(
    'fsx',
    ['weekly_maintenance_start_time = "1:00:00"', 'weekly_maintenance_start_time = "2:00:00"'],
    `${network}resource "aws_fsx_lustre_file_system" "scratch" {
  storage_capacity              = 1200
  subnet_ids                    = [aws_subnet.a.id]
  weekly_maintenance_start_time = "1:00:00"
}`,
  ),
  template(
    'backup',
    ['schedule          = "cron(0 12 * * ? *)"', 'schedule          = "cron(0 6 * * ? *)"'],
    `${roleFor('backup')}resource "aws_backup_vault" "main" {
  name = "\${var.prefix}-vault"
}
resource "aws_backup_plan" "daily" {
  name = "\${var.prefix}-daily"
  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.main.name
    schedule          = "cron(0 12 * * ? *)"
  }
}
resource "aws_backup_selection" "all" {
  name         = "\${var.prefix}-all"
  plan_id      = aws_backup_plan.daily.id
  iam_role_arn = aws_iam_role.service.arn
  resources    = ["arn:aws:dynamodb:us-east-1:123456789012:table/\${var.prefix}-orders"]
}`,
  ),
  template(
    'glue',
    ['description = "Raw"', 'description = "Rough"'],
    `${roleFor('glue')}resource "aws_glue_catalog_database" "raw" {
  name        = "\${var.prefix}_raw"
  description = "Raw"
}
resource "aws_glue_catalog_table" "events" {
  name          = "events"
  database_name = aws_glue_catalog_database.raw.name
}
resource "aws_glue_crawler" "raw" {
  name          = "\${var.prefix}-raw"
  database_name = aws_glue_catalog_database.raw.name
  role          = aws_iam_role.service.arn
  s3_target {
    path = "s3://\${var.prefix}-raw-0f3a/"
  }
}`,
  ),
  template(
    'athena',
    ['description   = "Reports"', 'description   = "Queries"'],
    `resource "aws_athena_workgroup" "reports" {
  name          = "\${var.prefix}-reports"
  description   = "Reports"
  force_destroy = true
}
resource "aws_athena_named_query" "all" {
  name      = "\${var.prefix}-all"
  workgroup = aws_athena_workgroup.reports.id
  database  = "default"
  query     = "SELECT 1"
}`,
  ),
  template(
    'lakeformation',
    ['["SELECT"]', '["SELECT", "INSERT"]'],
    `resource "aws_glue_catalog_database" "lake" {
  name = "\${var.prefix}_lake"
}
resource "aws_lakeformation_permissions" "lake" {
  principal   = "arn:aws:iam::123456789012:role/analyst"
  permissions = ["SELECT"]
  table {
    database_name = aws_glue_catalog_database.lake.name
    wildcard      = true
  }
}`,
  ),
  template(
    'timestream',
    ['memory_store_retention_period_in_hours  = 8', 'memory_store_retention_period_in_hours  = 24'],
    `resource "aws_timestreamwrite_database" "iot" {
  database_name = "\${var.prefix}-iot"
}
resource "aws_timestreamwrite_table" "samples" {
  database_name = aws_timestreamwrite_database.iot.database_name
  table_name    = "samples"
  retention_properties {
    magnetic_store_retention_period_in_days = 30
    memory_store_retention_period_in_hours  = 8
  }
}`,
  ),
  template(
    'dms',
    ['replication_instance_class  = "dms.t3.micro"', 'replication_instance_class  = "dms.t3.small"'],
    `resource "aws_dms_replication_instance" "main" {
  replication_instance_id     = "\${var.prefix}-dms"
  replication_instance_class  = "dms.t3.micro"
}
resource "aws_dms_endpoint" "source" {
  endpoint_id   = "\${var.prefix}-source"
  endpoint_type = "source"
  engine_name   = "postgres"
  server_name   = "db.example.com"
  port          = 5432
  username      = "reader"
  password      = "not-a-real-secret-0"
  database_name = "shop"
}`,
  ),
  template(
    'datasync',
    ['subdirectory  = "/in"', 'subdirectory  = "/from"'],
    `${roleFor('datasync')}resource "aws_s3_bucket" "from" {
  bucket        = "\${var.prefix}-from-0f3a"
  force_destroy = true
}
resource "aws_datasync_location_s3" "from" {
  s3_bucket_arn = aws_s3_bucket.from.arn
  subdirectory  = "/in"
  s3_config {
    bucket_access_role_arn = aws_iam_role.service.arn
  }
}`,
  ),
  template(
    'transfer',
    ['home_directory = "/a"', 'home_directory = "/b"'],
    `${roleFor('transfer')}resource "aws_transfer_server" "sftp" {
  identity_provider_type = "SERVICE_MANAGED"
}
resource "aws_transfer_user" "partner" {
  server_id      = aws_transfer_server.sftp.id
  user_name      = "\${var.prefix}-partner"
  role           = aws_iam_role.service.arn
  home_directory = "/a"
}`,
  ),
];
