package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

var (
	//go:embed schema.json
	schema []byte

	//go:embed terraform-mapping.json
	mapping []byte

	version string // set by the linker
)

func main() { provider.Serve("kubernetes", version, schema, mapping) }
