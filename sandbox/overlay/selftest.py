"""Some calls at the start: should moto have changed under the overlay, the sandbox does not start."""

import json

from werkzeug.test import Client

ACCOUNT = "000000000001"


class Broken(Exception):
    pass


def run(application):
    client = Client(application)

    def call(service, expected, method="POST", path="/", target=None, **body):
        headers = {
            "Authorization": f"AWS4-HMAC-SHA256 Credential=selftest/20260101/us-east-1/{service}/aws4_request, "
            "SignedHeaders=host, Signature=0",
            "x-moto-account-id": ACCOUNT,
        }
        if target:
            headers |= {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
            answer = client.open(path, method=method, headers=headers, data=json.dumps(body))
        else:
            answer = client.open(path, method=method, headers=headers, data=body or None)
        seen = f"{answer.status_code} {answer.get_data(as_text=True)}"
        status, *parts = expected.split(" ")
        if not seen.startswith(status) or any(part not in seen for part in parts):
            what = body.get("Action") or target or path
            raise Broken(f"{service} {what}: wanted {expected!r}, got {seen[:600]}")
        return answer.get_data(as_text=True)

    def ec2(expected, action, **body):
        return call("ec2", expected, Action=action, Version="2016-11-15", **body)

    ec2("200 172.31.0.0/16 available", "DescribeVpcs")
    ec2("412 DryRunOperation", "CreateVpc", CidrBlock="10.0.0.0/16", DryRun="true")
    made = ec2("200 10.0.0.0/16 pending", "CreateVpc", CidrBlock="10.0.0.7/16")
    vpc_id = made.split("<vpcId>")[1].split("<")[0]
    ec2("200 sgr- isEgress", "DescribeSecurityGroupRules")
    ec2("400 InvalidParameterValue", "DescribeNatGateways", **{"Filter.1.Name": "no", "Filter.1.Value.1": "x"})
    ec2("200 cloudfront.origin-facing", "DescribeManagedPrefixLists")
    ec2("400 InvalidInternetGatewayID.NotFound", "DetachInternetGateway", InternetGatewayId="igw-1", VpcId=vpc_id)
    ec2("501 NotImplemented", "NoSuchThing")

    elb = {"Version": "2015-12-01", "Name": "t", "Protocol": "HTTP", "Port": "80", "VpcId": vpc_id, "TargetType": "ip"}
    call("elasticloadbalancing", "200 targetgroup/t/", Action="CreateTargetGroup", **elb)
    call("elasticloadbalancing", "200 targetgroup/t/", Action="CreateTargetGroup", **elb)
    call("elasticloadbalancing", "400 DuplicateTargetGroupName", Action="CreateTargetGroup", **elb | {"Port": "81"})

    call("cloudfront", "404 NoSuchDistribution", "GET", "/2020-05-31/distribution/E1")
    call("cloudfront", "200 Managed-CachingDisabled", "GET", "/2020-05-31/cache-policy")
    call("route53", "200 example.com. <ResourceRecordSetCount>2", "GET", "/2013-04-01/hostedzonesbyname")
    call("route53", "404 NoSuchChange", "GET", "/2013-04-01/change/C1")
    call("acm", "200 CertificateSummaryList", target="CertificateManager.ListCertificates")

    role = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    call("iam", "200 AmazonECSTaskExecutionRolePolicy", Action="GetPolicy", Version="2010-05-08", PolicyArn=role)
    registry = "AmazonEC2ContainerRegistry_V20150921"
    call("ecr", "200 latest sha256:", target=f"{registry}.DescribeImages", repositoryName="keycloak")
    call("ecr", "200 nextToken", target=f"{registry}.DescribeRepositories", maxResults=1)
    for name in ("one", "two"):
        call("ecs", "200 ACTIVE", target="AmazonEC2ContainerServiceV20141113.CreateCluster", clusterName=name)
    call("ecs", "200 nextToken", target="AmazonEC2ContainerServiceV20141113.ListClusters", maxResults=1)
    call("rds", "404 DBClusterNotFoundFault", Action="DescribeDBClusters", Version="2014-10-31", DBClusterIdentifier="no")
    call("secretsmanager", "400 ResourceNotFoundException", target="secretsmanager.GetSecretValue", SecretId="no")
    made = dict(Name="tagged", SecretString="s", Tags=[{"Key": "self", "Value": "test"}])
    call("secretsmanager", "200 secret:tagged-", target="secretsmanager.CreateSecret", **made)
    call("elasticfilesystem", "200 FileSystems", "GET", "/2015-02-01/file-systems")
    call("kms", "400 NotFoundException", target="TrentService.DescribeKey", KeyId="00000000-0000-0000-0000-000000000000")
    call("kms", "200 protects", target="TrentService.DescribeKey", KeyId="alias/aws/rds")
    call("logs", "200 logGroups", target="Logs_20140328.DescribeLogGroups")
    call("tagging", "200 secret:tagged-", target="ResourceGroupsTaggingAPI_20170126.GetResources")
    call("sqs", "200 QueueUrl", target="AmazonSQS.CreateQueue", QueueName="one", Attributes={"VisibilityTimeout": "60"})
    call("sqs", "400 InvalidAttributeValue", target="AmazonSQS.CreateQueue", QueueName="two", Attributes={"VisibilityTimeout": "-1"})
    call("sqs", "200 60", target="AmazonSQS.GetQueueAttributes", QueueUrl="one", AttributeNames=["All"])
    rule = dict(Name="one", EventPattern='{"source": ["aws.ec2"]}')
    call("events", "200 rule/one", target="AWSEvents.PutRule", **rule, Tags=[{"Key": "self", "Value": "test"}])
    call("events", "200 ResourceNotFoundException", target="AWSEvents.RemoveTargets", Rule="one", Ids=["no"])
    call("tagging", "200 rule/one", target="ResourceGroupsTaggingAPI_20170126.GetResources")
    events = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents"
    call("cloudtrail", "200 Events", target=events)

    recorded = client.get(f"/sandbox/calls?account={ACCOUNT}").get_json()
    if "CreateVpc" not in [one["operation"] for one in recorded]:
        raise Broken("calls are not recorded")
    if client.post("/moto-api/reset").status_code != 200:
        raise Broken("the reset does not work")
    if client.get(f"/sandbox/calls?account={ACCOUNT}").get_json():
        raise Broken("a reset does not forget the calls")
