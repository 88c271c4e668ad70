// Prints the error codes of the cloud's actions as JSON, read from the Go source of its SDK:
//
//	go run codes.go FOLDER RELEASE > codes.json
//
// FOLDER is `vendor/github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud` of terraform-provider-tencentcloud
// at the tag RELEASE. The client says above each action which codes it may answer; a code's number is its line.
package main

import (
	"bufio"
	"encoding/json"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// The actions that the resources and look-ups of schemas.go call, by the client that has them.
var clients = map[string]string{
	"as/v20180419/client.go": "CreateAutoScalingGroup CreateLaunchConfiguration ModifyAutoScalingGroup " +
		"ModifyLaunchConfigurationAttributes",
	"cls/v20201016/client.go": "CreateLogset DeleteLogset ModifyLogset CreateTopic DeleteTopic ModifyTopic",
	"cvm/v20170312/client.go": "DescribeZoneInstanceConfigInfos",
	"tcr/v20190924/client.go": "CreateInstance DeleteInstance ModifyInstance CreateNamespace DeleteNamespace " +
		"ModifyNamespace CreateServiceAccount DeleteServiceAccount ModifyServiceAccount CreateInstanceToken " +
		"DeleteInstanceToken ModifyInstanceToken ManageInternalEndpoint CreateInternalEndpointDns",
	"tke/v20180525/client.go": "CreateCluster DeleteCluster ModifyClusterAttribute ModifyClusterImage " +
		"ModifyClusterTags UpdateClusterVersion UpgradeClusterInstances AcquireClusterAdminRole " +
		"ModifyClusterAsGroupOptionAttribute DescribeClusters DescribeClusterLevelAttribute " +
		"DescribeAvailableClusterVersion DescribeVersions DescribeClusterInstances " +
		"DescribeClusterKubeconfig DescribeClusterEndpoints " +
		"EnableClusterDeletionProtection DisableClusterDeletionProtection CreateClusterEndpoint " +
		"DeleteClusterEndpoint ModifyClusterEndpointSP CreateClusterNodePool ModifyClusterNodePool " +
		"DeleteClusterNodePool ModifyNodePoolDesiredCapacityAboutAsg ModifyNodePoolInstanceTypes " +
		"DescribeClusterNodePoolDetail CreateClusterVirtualNodePool ModifyClusterVirtualNodePool " +
		"DeleteClusterVirtualNodePool InstallAddon UpdateAddon DeleteAddon DescribeAddon InstallLogAgent " +
		"UninstallLogAgent EnableEventPersistence DisableEventPersistence EnableClusterAudit DisableClusterAudit " +
		"CreateCLSLogConfig DeleteLogConfigs",
	"vpc/v20170312/client.go": "CreateVpc DeleteVpc ModifyVpcAttribute CreateSubnet CreateSubnets DeleteSubnet " +
		"ModifySubnetAttribute CreateSecurityGroup CreateSecurityGroupWithPolicies DeleteSecurityGroup " +
		"ModifySecurityGroupAttribute CreateSecurityGroupPolicies ModifySecurityGroupPolicies " +
		"DescribeSecurityGroups CreateNatGateway DeleteNatGateway ModifyNatGatewayAttribute " +
		"AssociateNatGatewayAddress DisassociateNatGatewayAddress CreateRouteTable DeleteRouteTable " +
		"ModifyRouteTableAttribute ReplaceRouteTableAssociation CreateRoutes DeleteRoutes AllocateAddresses " +
		"ReleaseAddresses AssociateAddress DisassociateAddress",
}

var (
	codeLine = regexp.MustCompile(`^//\s+[A-Z0-9_]+ = "([A-Za-z0-9.]+)"$`)
	action   = regexp.MustCompile(`^func \(c \*Client\) ([A-Za-z0-9]+)\(`)
)

// Action is what a client says of one.
type Action struct {
	File  string         `json:"file"`
	Codes map[string]int `json:"codes"`
}

func main() {
	folder, release, actions := os.Args[1], os.Args[2], map[string]Action{}
	for file, wanted := range clients {
		found := read(filepath.Join(folder, file))
		for _, name := range strings.Fields(wanted) {
			codes, ok := found[name]
			if !ok {
				log.Fatalf("%s has no action %s", file, name)
			}
			key := strings.SplitN(file, "/", 2)[0] + ":" + name
			actions[key] = Action{File: file, Codes: codes}
		}
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(map[string]any{"release": release, "actions": actions}); err != nil {
		log.Fatal(err)
	}
}

// read gives the codes of each action: those in the comment right before it.
func read(file string) map[string]map[string]int {
	opened, err := os.Open(file)
	if err != nil {
		log.Fatal(err)
	}
	defer opened.Close()
	found, codes := map[string]map[string]int{}, map[string]int{}
	lines := bufio.NewScanner(opened)
	lines.Buffer(nil, 1<<20)
	for number := 1; lines.Scan(); number++ {
		line := lines.Text()
		if code := codeLine.FindStringSubmatch(line); code != nil {
			codes[code[1]] = number
		} else if name := action.FindStringSubmatch(line); name != nil {
			found[name[1]], codes = codes, map[string]int{}
		}
	}
	if err := lines.Err(); err != nil {
		log.Fatal(err)
	}
	return found
}
