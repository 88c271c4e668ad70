"""Programs that the cloud refuses: the action, its code, the line of the SDK's client that lists it, and why.

The client's file is in plugins/tencentcloud/facts/codes.json.
"""

import json

from tests.unit.plugins.tencentcloud.account_made import CLUSTER, SUBNET, VPC
from tests.unit.plugins.tencentcloud.programs import (
    RULE,
    Program,
    after,
    change_cluster,
    change_endpoint,
    change_pool,
    change_shape,
    cluster,
    endpoint,
    endpoint_inside,
    gone,
    look_up,
    pool,
    routed,
    rules,
    shape,
    subnet,
    switched,
    vpc,
    with_node,
)

FAST = json.dumps({"InternetAccessible": {"InternetMaxBandwidthOut": 3000}})
NOT_READY = ["tke:AcquireClusterAdminRole", "ResourceUnavailable.ClusterState"]

WRONG: dict[tuple[str, str, int], dict[str, Program]] = {
    ("vpc:CreateVpc", "InvalidParameterValue", 6905): {
        "a VPC on public addresses": vpc(cidrBlock="8.8.0.0/16"),
        "a VPC larger than /12": vpc(cidrBlock="10.0.0.0/8"),
        "a VPC smaller than /28": vpc(cidrBlock="10.0.0.0/29"),
    },
    ("vpc:CreateSubnet", "ResourceNotFound", 6448): {
        "a subnet of no VPC": subnet(vpcId="vpc-none"),
    },
    ("vpc:CreateSubnet", "InvalidParameterValue.SubnetRange", 6425): {
        "a subnet beside its VPC": subnet(cidrBlock="10.1.0.0/20"),
        "a subnet smaller than /28": subnet(cidrBlock="10.0.64.0/30"),
    },
    ("vpc:CreateSubnet", "InvalidParameterValue.SubnetOverlap", 6423): {
        "a subnet on another one's addresses": subnet(cidrBlock="10.0.8.0/24"),
    },
    ("vpc:CreateSubnet", "InvalidParameterValue", 6417): {
        "a subnet in no zone": subnet(availabilityZone="ap-hongkong-9"),
    },
    ("vpc:DeleteVpc", "ResourceInUse", 10515): {
        "a VPC that goes before its subnet": gone(VPC, "vpc"),
    },
    ("vpc:DeleteSubnet", "ResourceInUse", 10284): {
        "a subnet that goes before its nodes": with_node(gone(SUBNET, "subnet")),
        "a subnet that goes before its private endpoint": with_node(
            after(endpoint_inside(), gone(SUBNET, "subnet"))
        ),
    },
    ("vpc:ModifySecurityGroupPolicies", "ResourceNotFound", 24041): {
        "rules of no group": rules(securityGroupId="sg-none"),
        "a rule for no group": rules(ingresses=[{"action": "ACCEPT", "sourceSecurityId": "sg-none"}]),
    },
    ("vpc:ModifySecurityGroupPolicies", "UnsupportedOperation.DuplicatePolicy", 24044): {
        "the same rule twice": rules(ingresses=[RULE, RULE]),
    },
    ("tke:CreateCluster", "InternalError.VpcRecodrNotFound", 911): {
        "a cluster in no VPC": cluster(vpcId="vpc-none"),
    },
    ("tke:CreateCluster", "InternalError.CidrConflictWithVpcCidr", 884): {
        "pods on the VPC's addresses": cluster(clusterCidr="10.0.0.0/16"),
    },
    ("tke:CreateCluster", "InternalError.CidrConflictWithOtherCluster", 882): {
        "pods on another cluster's addresses": cluster(clusterCidr="172.20.0.0/17"),
        "pods where those of another user of the Default VPC are": after(
            cluster(vpcId="vpc-default0"), cluster(vpcId="vpc-default0", clusterCidr="172.24.128.0/17")
        ),
    },
    ("tke:CreateCluster", "InternalError.CidrConflictWithOtherRoute", 883): {
        "pods on addresses that a route leads to": routed(
            "172.24.0.0/16", cluster(clusterCidr="172.24.0.0/17")
        ),
    },
    ("tke:CreateCluster", "InvalidParameter.CIDRMaskSizeOutOfRange", 913): {
        "pods on fewer addresses than /24": cluster(clusterCidr="172.24.0.0/25"),
        "pods on more addresses than /10": cluster(clusterCidr="11.0.0.0/9"),
        "pods on a range that the Services fill": cluster(clusterCidr="172.24.0.0/24"),
    },
    ("tke:CreateCluster", "FailedOperation.Param", 870): {
        "a version that is not offered": cluster(clusterVersion="1.33.0"),
    },
    ("tke:CreateCluster", "FailedOperation.TradeCommon", 874): {
        "a level that there is not": cluster(clusterLevel="L10"),
    },
    ("tke:CreateCluster", "InternalError.OsNotSupport", 900): {
        "a cluster of nodes with no image": cluster(clusterOs="windows95"),
    },
    ("tke:CreateCluster", "InternalError.QuotaMaxClsLimit", 903): {
        "one cluster too many": switched(cluster(), clusters=1),
    },
    ("tke:ModifyClusterAsGroupOptionAttribute", "InvalidParameter.Param", 12656): {
        "a cluster whose pools no expander chooses from": cluster(
            nodePoolGlobalConfigs=[{"expander": "price"}]
        ),
        "an expander that there is not, in a change": change_cluster(
            nodePoolGlobalConfigs=[{"expander": "price"}]
        ),
    },
    ("tke:AcquireClusterAdminRole", "ResourceUnavailable.ClusterState", 86): {
        "an administrator of a cluster that is not ready": switched(
            cluster(acquireClusterAdminRole=True), refusals=[NOT_READY]
        ),
    },
    ("tke:ModifyClusterAttribute", "FailedOperation.TradeCommon", 12732): {
        "a change to a level that there is not": change_cluster(clusterLevel="L7"),
    },
    ("tke:ModifyClusterAttribute", "ResourceNotFound", 12746): {
        "a change of a cluster that is gone": after(
            gone(CLUSTER, "cluster"), change_cluster(clusterDesc="d")
        ),
    },
    ("tke:ModifyClusterImage", "InternalError.ImageIdNotFound", 12973): {
        "another image by its name": change_cluster(clusterOs="tlinux4_x86_64_public"),
    },
    ("tke:CreateClusterEndpoint", "InvalidParameter", 1044): {
        "a public API server before any node, by the cluster's own input": change_cluster(
            clusterInternet=True
        ),
        "a public endpoint without a group": with_node(endpoint(clusterInternetSecurityGroup="")),
        "a public endpoint with options that are no JSON": with_node(endpoint(extensiveParameters="{")),
        "a public endpoint with 3000 Mbps": with_node(endpoint(extensiveParameters=FAST)),
        "a private endpoint in no subnet": with_node(endpoint_inside(clusterIntranetSubnetId="subnet-none")),
        "a private endpoint in another VPC's subnet": with_node(
            endpoint_inside(clusterIntranetSubnetId="subnet-default0")
        ),
    },
    ("tke:DeleteCluster", "OperationDenied.ClusterInDeletionProtection", 3077): {
        "a protected cluster that goes": after(
            change_cluster(deletionProtection=True), gone(CLUSTER, "cluster")
        ),
    },
    ("tke:CreateClusterNodePool", "ResourceNotFound", 1352): {
        "a pool of no cluster": pool(clusterId="cls-none"),
    },
    ("tke:CreateClusterNodePool", "InvalidParameter.Param", 1351): {
        "a pool with a name of 26 characters": pool(name="n" * 26),
    },
    ("tke:CreateClusterNodePool", "FailedOperation.AsCommon", 1341): {
        "nodes in no subnet": pool(subnetIds=["subnet-none"]),
        "nodes in another VPC's subnet": pool(subnetIds=["subnet-default0"]),
        "nodes of a type that there is not": shape(instanceType="S9.HUGE"),
        "a type in reserve that there is not": shape(backupInstanceTypes=["S9.HUGE"]),
        "nodes in a group that there is not": shape(orderlySecurityGroupIds=["sg-none"]),
        "spots without a price": shape(instanceChargeType="SPOTPAID"),
    },
    ("tke:CreateClusterNodePool", "InvalidParameter.OsNotSupport", 1350): {
        "nodes with no image": pool(nodeOs="windows95"),
    },
    ("tke:ModifyNodePoolDesiredCapacityAboutAsg", "InvalidParameterValue.Size", 13357): {
        "more nodes than the most": change_pool(desiredCapacity=101),
    },
    ("tke:ModifyClusterNodePool", "InvalidParameter.Param", 13045): {
        "another image that there is not": change_pool(nodeOs="windows95"),
        "a least above the most": change_pool(minSize=5, maxSize=3),
    },
    ("as:ModifyLaunchConfigurationAttributes", "InvalidParameterValue", 3359): {
        "a change to a group that there is not": change_shape(orderlySecurityGroupIds=["sg-none"]),
    },
    ("tke:DescribeClusterNodePoolDetail", "FailedOperation.NodePoolQueryFailed", 6319): {
        "a change of a pool that is gone": change_pool("np-none", labels={"a": "b"}),
    },
    ("tke:DescribeClusterInstances", "InvalidParameter.ClusterNotFound", 6049): {
        "an endpoint of no cluster": endpoint(clusterId="cls-none"),
    },
    ("tke:CreateClusterEndpoint", "ResourceInUse", 1049): {
        "a public endpoint that is open already, with other options": with_node(
            after(endpoint(), endpoint(extensiveParameters="{}"))
        ),
    },
    ("tke:ModifyClusterEndpointSP", "InvalidParameter", 12887): {
        "a change to a group that there is not, of an endpoint": with_node(
            after(endpoint(), change_endpoint(clusterInternetSecurityGroup="sg-none"))
        ),
    },
    ("cvm:DescribeZoneInstanceConfigInfos", "InvalidFilter", 3920): {
        "types by a filter that there is not": look_up(
            "Instance/getTypes", filters=[{"name": "cpu", "values": ["2"]}]
        ),
    },
    ("tke:DescribeClusterLevelAttribute", "ResourceNotFound", 6209): {
        "the levels of no cluster": look_up("Kubernetes/getClusterLevels", clusterId="cls-none"),
    },
    ("tke:DescribeAvailableClusterVersion", "ResourceNotFound.ClusterNotFound", 5089): {
        "the versions of no cluster": look_up("Kubernetes/getAvailableClusterVersions", clusterId="cls-none"),
    },
}
