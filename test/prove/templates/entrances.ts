import { network, template } from './template';

/** What stands before an application: gateways, names, caches, firewalls. */
export const entrances = [
  template(
    'apigateway',
    ['description = "First"', 'description = "Second"'],
    `resource "aws_api_gateway_rest_api" "shop" {
  name        = "\${var.prefix}-shop"
  description = "First"
}
resource "aws_api_gateway_resource" "orders" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  parent_id   = aws_api_gateway_rest_api.shop.root_resource_id
  path_part   = "orders"
}
resource "aws_api_gateway_method" "get" {
  rest_api_id   = aws_api_gateway_rest_api.shop.id
  resource_id   = aws_api_gateway_resource.orders.id
  http_method   = "GET"
  authorization = "NONE"
}`,
  ),
  template(
    'apigatewayv2',
    ['description   = "First"', 'description   = "Second"'],
    `resource "aws_apigatewayv2_api" "http" {
  name          = "\${var.prefix}-http"
  protocol_type = "HTTP"
  description   = "First"
}
resource "aws_apigatewayv2_stage" "live" {
  api_id      = aws_apigatewayv2_api.http.id
  name        = "live"
  auto_deploy = true
}`,
  ),
  template(
    'appsync',
    ['description = "Key"', 'description = "Api key"'],
    `resource "aws_appsync_graphql_api" "main" {
  name                = "\${var.prefix}-graph"
  authentication_type = "API_KEY"
}
resource "aws_appsync_api_key" "main" {
  api_id      = aws_appsync_graphql_api.main.id
  description = "Key"
}`,
  ),
  template(
    'cloudfront',
    ['comment             = "Site"', 'comment             = "Pages"'],
    `resource "aws_s3_bucket" "site" {
  bucket        = "\${var.prefix}-site-0f3a"
  force_destroy = true
}
resource "aws_cloudfront_origin_access_control" "site" {
  name                              = "\${var.prefix}-site"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}
resource "aws_cloudfront_distribution" "site" {
  enabled             = true
  comment             = "Site"
  default_root_object = "index.html"
  origin {
    domain_name              = aws_s3_bucket.site.bucket_regional_domain_name
    origin_id                = "site"
    origin_access_control_id = aws_cloudfront_origin_access_control.site.id
  }
  default_cache_behavior {
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
    target_origin_id       = "site"
    viewer_protocol_policy = "redirect-to-https"
    forwarded_values {
      query_string = false
      cookies {
        forward = "none"
      }
    }
  }
  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }
  viewer_certificate {
    cloudfront_default_certificate = true
  }
}`,
  ),
  template(
    'route53',
    ['ttl     = 300', 'ttl     = 600'],
    `resource "aws_route53_zone" "main" {
  name = "\${var.prefix}.example.com"
}
resource "aws_route53_record" "www" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "www"
  type    = "A"
  ttl     = 300
  records = ["192.0.2.10"]
}`,
  ),
  template(
    'route53resolver',
    ['["192.0.2.53"]', '["192.0.2.54"]'],
    `${network}resource "aws_security_group" "dns" {
  name   = "\${var.prefix}-dns"
  vpc_id = aws_vpc.main.id
}
resource "aws_route53_resolver_endpoint" "out" {
  name               = "\${var.prefix}-out"
  direction          = "OUTBOUND"
  security_group_ids = [aws_security_group.dns.id]
  ip_address {
    subnet_id = aws_subnet.a.id
  }
  ip_address {
    subnet_id = aws_subnet.b.id
  }
}
resource "aws_route53_resolver_query_log_config" "main" {
  name            = "\${var.prefix}-queries"
  destination_arn = "arn:aws:s3:::\${var.prefix}-queries-0f3a"
}
locals {
  servers = ["192.0.2.53"]
}
resource "aws_route53_resolver_rule" "office" {
  domain_name          = "office.example.com"
  rule_type            = "FORWARD"
  resolver_endpoint_id = aws_route53_resolver_endpoint.out.id
  target_ip {
    ip = local.servers[0]
  }
}`,
  ),
  template(
    'servicediscovery',
    ['description = "Services"', 'description = "All services"'],
    `resource "aws_service_discovery_http_namespace" "main" {
  name        = "\${var.prefix}-main"
  description = "Services"
}
resource "aws_service_discovery_service" "app" {
  name         = "app"
  namespace_id = aws_service_discovery_http_namespace.main.id
}`,
  ),
  template(
    'globalaccelerator',
    ['enabled         = true', 'enabled         = false'],
    `resource "aws_globalaccelerator_accelerator" "edge" {
  name            = "\${var.prefix}-edge"
  ip_address_type = "IPV4"
  enabled         = true
}`,
  ),
  template(
    'network-firewall',
    ['capacity    = 100', 'capacity    = 200'],
    `resource "aws_networkfirewall_rule_group" "block" {
  name        = "\${var.prefix}-block"
  type        = "STATEFUL"
  capacity    = 100
  rule_group {
    rules_source {
      rules_source_list {
        generated_rules_type = "DENYLIST"
        target_types         = ["TLS_SNI"]
        targets              = ["example.org"]
      }
    }
  }
}
resource "aws_networkfirewall_firewall_policy" "main" {
  name = "\${var.prefix}-policy"
  firewall_policy {
    stateless_default_actions          = ["aws:pass"]
    stateless_fragment_default_actions = ["aws:drop"]
  }
}`,
  ),
  template(
    'elasticbeanstalk',
    ['description = "Shop"', 'description = "Store"'],
    `resource "aws_elastic_beanstalk_application" "shop" {
  name        = "\${var.prefix}-shop"
  description = "Shop"
}`,
  ),
];
