import { network, roleFor, template } from './template';

/** Networks, machines, containers, functions and what stands before them. */
export const compute = [
  template(
    'vpc',
    ['destination_cidr_block = "0.0.0.0/0"', 'destination_cidr_block = "10.9.0.0/16"'],
    `${network}resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}
resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id
}
resource "aws_route" "out" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main.id
}
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.a.id
  route_table_id = aws_route_table.public.id
}
resource "aws_security_group" "web" {
  name   = "\${var.prefix}-web"
  vpc_id = aws_vpc.main.id
}
resource "aws_vpc_security_group_ingress_rule" "https" {
  security_group_id = aws_security_group.web.id
  cidr_ipv4         = "10.0.0.0/8"
  from_port         = 443
  to_port           = 443
  ip_protocol       = "tcp"
}`,
  ),
  template(
    'ec2',
    ['instance_type = "t3.micro"', 'instance_type = "t3.small"'],
    `data "aws_ami" "own" {
  owners      = ["amazon"]
  most_recent = true
}
${network}resource "aws_key_pair" "admin" {
  key_name   = "\${var.prefix}-admin"
  public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGM3l8sWnX9KpM0b6X0l6sQnJ5eYFv1Qm3N2q0o8pZkR a@example.com"
}
resource "aws_instance" "web" {
  ami           = data.aws_ami.own.id
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.a.id
  key_name      = aws_key_pair.admin.key_name
}
resource "aws_ebs_volume" "data" {
  availability_zone = "us-east-1a"
  size              = 8
}
resource "aws_volume_attachment" "data" {
  device_name = "/dev/sdh"
  volume_id   = aws_ebs_volume.data.id
  instance_id = aws_instance.web.id
}`,
  ),
  template(
    'autoscaling',
    ['max_size           = 1', 'max_size           = 2'],
    `data "aws_ami" "own" {
  owners      = ["amazon"]
  most_recent = true
}
resource "aws_launch_template" "web" {
  name          = "\${var.prefix}-web"
  image_id      = data.aws_ami.own.id
  instance_type = "t3.micro"
}
resource "aws_autoscaling_group" "web" {
  name               = "\${var.prefix}-web"
  min_size           = 0
  max_size           = 1
  desired_capacity   = 0
  availability_zones = ["us-east-1a"]
  launch_template {
    id = aws_launch_template.web.id
  }
}`,
  ),
  template(
    'elb',
    ['idle_timeout       = 60', 'idle_timeout       = 90'],
    `resource "aws_elb" "classic" {
  name               = "\${var.prefix}-classic"
  availability_zones = ["us-east-1a"]
  idle_timeout       = 60
  listener {
    instance_port     = 80
    instance_protocol = "http"
    lb_port           = 80
    lb_protocol       = "http"
  }
}`,
  ),
  template(
    'elbv2',
    ['path = "/health"', 'path = "/ready"'],
    `${network}resource "aws_lb" "edge" {
  name    = "\${var.prefix}-edge"
  subnets = [aws_subnet.a.id, aws_subnet.b.id]
}
resource "aws_lb_target_group" "app" {
  name     = "\${var.prefix}-app"
  port     = 80
  protocol = "HTTP"
  vpc_id   = aws_vpc.main.id
  health_check {
    path = "/health"
  }
}
resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 80
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.app.arn
  }
}`,
  ),
  template(
    'ecs',
    ['cpu                      = 256', 'cpu                      = 512'],
    `${roleFor('ecs-tasks')}resource "aws_ecs_cluster" "main" {
  name = "\${var.prefix}-cluster"
}
resource "aws_ecs_task_definition" "app" {
  family                   = "\${var.prefix}-app"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 1024
  execution_role_arn       = aws_iam_role.service.arn
  container_definitions    = jsonencode([{ name = "app", image = "nginx", essential = true }])
}`,
  ),
  template(
    'ecr',
    ['image_tag_mutability = "MUTABLE"', 'image_tag_mutability = "IMMUTABLE"'],
    `resource "aws_ecr_repository" "app" {
  name                 = "\${var.prefix}/app"
  image_tag_mutability = "MUTABLE"
  force_delete         = true
}
resource "aws_ecr_lifecycle_policy" "app" {
  repository = aws_ecr_repository.app.name
  policy = jsonencode({
    rules = [{ rulePriority = 1, selection = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 5 }, action = { type = "expire" } }]
  })
}`,
  ),
  template(
    'ecr-public',
    ['about_text = "One"', 'about_text = "Two"'],
    `resource "aws_ecrpublic_repository" "app" {
  repository_name = "\${var.prefix}-public"
  catalog_data {
    about_text = "One"
  }
}`,
  ),
  template(
    'eks',
    ['enabled_cluster_log_types = ["api"]', 'enabled_cluster_log_types = ["api", "audit"]'],
    `${network}${roleFor('eks')}resource "aws_eks_cluster" "main" {
  name                      = "\${var.prefix}-cluster"
  role_arn                  = aws_iam_role.service.arn
  enabled_cluster_log_types = ["api"]
  vpc_config {
    subnet_ids = [aws_subnet.a.id, aws_subnet.b.id]
  }
}`,
  ),
  template(
    'batch',
    ['priority             = 1', 'priority             = 2'],
    `${network}resource "aws_security_group" "batch" {
  name   = "\${var.prefix}-batch"
  vpc_id = aws_vpc.main.id
}
resource "aws_batch_compute_environment" "main" {
  name = "\${var.prefix}-batch"
  type = "MANAGED"
  compute_resources {
    type               = "FARGATE"
    max_vcpus          = 4
    subnets            = [aws_subnet.a.id]
    security_group_ids = [aws_security_group.batch.id]
  }
}
resource "aws_batch_job_queue" "main" {
  name                 = "\${var.prefix}-queue"
  state                = "ENABLED"
  priority             = 1
  compute_environment_order {
    order               = 1
    compute_environment = aws_batch_compute_environment.main.arn
  }
}`,
  ),
  template(
    'elasticmapreduce',
    ['release_label = "emr-7.0.0"', 'release_label = "emr-7.1.0"'],
    `${roleFor('elasticmapreduce')}${roleFor('ec2', 'nodes')}resource "aws_iam_instance_profile" "nodes" {
  name = "\${var.prefix}-nodes"
  role = aws_iam_role.nodes.name
}
resource "aws_emr_cluster" "main" {
  name          = "\${var.prefix}-emr"
  release_label = "emr-7.0.0"
  service_role  = aws_iam_role.service.arn
  ec2_attributes {
    instance_profile = aws_iam_instance_profile.nodes.arn
  }
  master_instance_group {
    instance_type = "m5.xlarge"
  }
}`,
  ),
  template(
    'lambda',
    ['timeout          = 3', 'timeout          = 10'],
    `${roleFor('lambda')}resource "aws_lambda_function" "app" {
  function_name    = "\${var.prefix}-app"
  role             = aws_iam_role.service.arn
  runtime          = "nodejs22.x"
  handler          = "index.handler"
  filename         = "code.zip"
  timeout          = 3
}
resource "aws_sqs_queue" "jobs" {
  name = "\${var.prefix}-jobs"
}
resource "aws_lambda_event_source_mapping" "jobs" {
  event_source_arn = aws_sqs_queue.jobs.arn
  function_name    = aws_lambda_function.app.arn
}
resource "aws_lambda_permission" "events" {
  statement_id  = "events"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.app.function_name
  principal     = "events.amazonaws.com"
}`,
  ),
];
