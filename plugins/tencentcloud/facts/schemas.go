// Prints the inputs and outputs of resources of the Terraform provider as JSON, read from its Go source:
//
//	go run schemas.go FOLDER RELEASE > schemas.json
//
// FOLDER is `tencentcloud/services` of terraform-provider-tencentcloud at the tag RELEASE, the one that the
// Pulumi package bridges. A field of a nested block is BLOCK.FIELD. What is no literal is the source's text.
package main

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// By the token of the Pulumi package.
var sources = map[string]string{
	"tencentcloud:Cls/logset:Logset":                                "cls/resource_tc_cls_logset.go",
	"tencentcloud:Cls/topic:Topic":                                  "cls/resource_tc_cls_topic.go",
	"tencentcloud:Eip/instance:Instance":                            "cvm/resource_tc_eip.go",
	"tencentcloud:Kubernetes/addon:Addon":                           "tke/resource_tc_kubernetes_addon.go",
	"tencentcloud:Kubernetes/cluster:Cluster":                       "tke/resource_tc_kubernetes_cluster.go",
	"tencentcloud:Kubernetes/clusterEndpoint:ClusterEndpoint":       "tke/resource_tc_kubernetes_cluster_endpoint.go",
	"tencentcloud:Kubernetes/logConfig:LogConfig":                   "tke/resource_tc_kubernetes_log_config.go",
	"tencentcloud:Kubernetes/nodePool:NodePool":                     "tke/resource_tc_kubernetes_node_pool.go",
	"tencentcloud:Kubernetes/serverlessNodePool:ServerlessNodePool": "tke/resource_tc_kubernetes_serverless_node_pool.go",
	"tencentcloud:Nat/gateway:Gateway":                              "vpc/resource_tc_nat_gateway.go",
	"tencentcloud:Route/table:Table":                                "vpc/resource_tc_route_table.go",
	"tencentcloud:Route/tableEntry:TableEntry":                      "vpc/resource_tc_route_table_entry.go",
	"tencentcloud:Security/group:Group":                             "vpc/resource_tc_security_group.go",
	"tencentcloud:Security/groupRuleSet:GroupRuleSet":               "vpc/resource_tc_security_group_rule_set.go",
	"tencentcloud:Subnet/instance:Instance":                         "vpc/resource_tc_subnet.go",
	"tencentcloud:Tcr/instance:Instance":                            "tcr/resource_tc_tcr_instance.go",
	"tencentcloud:Tcr/namespace:Namespace":                          "tcr/resource_tc_tcr_namespace.go",
	"tencentcloud:Tcr/serviceAccount:ServiceAccount":                "tcr/resource_tc_tcr_service_account.go",
	"tencentcloud:Tcr/token:Token":                                  "tcr/resource_tc_tcr_token.go",
	"tencentcloud:Tcr/vpcAttachment:VpcAttachment":                  "tcr/resource_tc_tcr_vpc_attachment.go",
	"tencentcloud:Vpc/instance:Instance":                            "vpc/resource_tc_vpc.go",
}

// Field is one input or output of a resource. Fixed: the provider's update refuses another value.
type Field struct {
	Type     string `json:"type"`
	Required bool   `json:"required,omitempty"`
	Optional bool   `json:"optional,omitempty"`
	Computed bool   `json:"computed,omitempty"`
	ForceNew bool   `json:"forceNew,omitempty"`
	MaxItems int    `json:"maxItems,omitempty"`
	Default  any    `json:"default,omitempty"`
	Check    string `json:"check,omitempty"`
	Fixed    bool   `json:"fixed,omitempty"`
	Line     int    `json:"line"`
}

// Resource is what a file declares.
type Resource struct {
	File   string           `json:"file"`
	Fields map[string]Field `json:"fields"`
}

func main() {
	folder, release, resources := os.Args[1], os.Args[2], map[string]Resource{}
	for name, file := range sources {
		fields := map[string]Field{}
		read(filepath.Join(folder, file), fields)
		if len(fields) == 0 {
			log.Fatalf("%s declares no schema", file)
		}
		resources[name] = Resource{File: file, Fields: fields}
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(map[string]any{"release": release, "resources": resources}); err != nil {
		log.Fatal(err)
	}
}

func read(file string, fields map[string]Field) {
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, file, nil, 0)
	if err != nil {
		log.Fatal(err)
	}
	for _, declaration := range parsed.Decls {
		function, ok := declaration.(*ast.FuncDecl)
		if !ok || !strings.HasPrefix(function.Name.Name, "ResourceTencentCloud") {
			continue
		}
		ast.Inspect(function, func(node ast.Node) bool {
			pair, ok := node.(*ast.KeyValueExpr)
			if !ok || text(files, pair.Key) != "Schema" {
				return true
			}
			schema(files, pair.Value, "", fields)
			return false
		})
	}
	ast.Inspect(parsed, func(node ast.Node) bool {
		fix(files, node, fields)
		return true
	})
}

// fix marks the fields in a list `immutableArgs`.
func fix(files *token.FileSet, node ast.Node, fields map[string]Field) {
	assigned, ok := node.(*ast.AssignStmt)
	if !ok || text(files, assigned.Lhs[0]) != "immutableArgs" {
		return
	}
	for _, element := range composite(assigned.Rhs[0]).Elts {
		name, err := strconv.Unquote(text(files, element))
		if err != nil {
			log.Fatal(err)
		}
		marked, ok := fields[name]
		if !ok {
			log.Fatalf("%s: there is no field %s", files.Position(element.Pos()), name)
		}
		marked.Fixed = true
		fields[name] = marked
	}
}

// schema reads a map[string]*schema.Schema literal, or the variable that has one.
func schema(files *token.FileSet, value ast.Expr, prefix string, fields map[string]Field) {
	if name, ok := value.(*ast.Ident); ok && name.Obj != nil {
		if assigned, ok := name.Obj.Decl.(*ast.AssignStmt); ok {
			value = assigned.Rhs[0]
		}
	}
	literal, ok := value.(*ast.CompositeLit)
	if !ok {
		log.Fatalf("%s: a schema that is no literal: %s", files.Position(value.Pos()), text(files, value))
	}
	for _, element := range literal.Elts {
		pair := element.(*ast.KeyValueExpr)
		name, err := strconv.Unquote(text(files, pair.Key))
		if err != nil {
			log.Fatal(err)
		}
		fields[prefix+name] = field(files, pair.Value, prefix+name, fields)
	}
}

func field(files *token.FileSet, value ast.Expr, name string, fields map[string]Field) Field {
	found := Field{Line: files.Position(value.Pos()).Line}
	for _, element := range composite(value).Elts {
		pair := element.(*ast.KeyValueExpr)
		said := text(files, pair.Value)
		switch text(files, pair.Key) {
		case "Type":
			found.Type = strings.TrimPrefix(said, "schema.Type")
		case "Required":
			found.Required = said == "true"
		case "Optional":
			found.Optional = said == "true"
		case "Computed":
			found.Computed = said == "true"
		case "ForceNew":
			found.ForceNew = said == "true"
		case "MaxItems":
			found.MaxItems, _ = strconv.Atoi(said)
		case "ValidateFunc":
			found.Check = said
		case "Default":
			found.Default = literal(said)
		case "Elem":
			if inner := composite(pair.Value); strings.HasSuffix(text(files, inner.Type), "Resource") {
				for _, part := range inner.Elts {
					if part := part.(*ast.KeyValueExpr); text(files, part.Key) == "Schema" {
						schema(files, part.Value, name+".", fields)
					}
				}
			}
		}
	}
	return found
}

// composite is a literal, with or without & before it.
func composite(value ast.Expr) *ast.CompositeLit {
	if pointer, ok := value.(*ast.UnaryExpr); ok {
		value = pointer.X
	}
	return value.(*ast.CompositeLit)
}

func literal(said string) any {
	var value any
	if json.Unmarshal([]byte(said), &value) == nil {
		return value
	}
	return said
}

func text(files *token.FileSet, node ast.Node) string {
	var buffer bytes.Buffer
	if err := printer.Fprint(&buffer, files, node); err != nil {
		log.Fatal(err)
	}
	return strings.Join(strings.Fields(buffer.String()), " ")
}
