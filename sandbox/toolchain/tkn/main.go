// tkn's commands that show what runs in a cluster, with their logs. Without `hub`, whose module is no longer
// served, and without `task` and `pipeline`, whose signing drags in every cloud's SDK: kubectl lists those.
package main

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/tektoncd/cli/pkg/cli"
	"github.com/tektoncd/cli/pkg/cmd/clustertriggerbinding"
	"github.com/tektoncd/cli/pkg/cmd/customrun"
	"github.com/tektoncd/cli/pkg/cmd/eventlistener"
	"github.com/tektoncd/cli/pkg/cmd/pipelinerun"
	"github.com/tektoncd/cli/pkg/cmd/taskrun"
	"github.com/tektoncd/cli/pkg/cmd/triggerbinding"
	"github.com/tektoncd/cli/pkg/cmd/triggertemplate"
	"github.com/tektoncd/cli/pkg/cmd/version"
)

func main() {
	// Libraries put flags of their own on the command line; tkn's main forgets them too.
	pflag.CommandLine = pflag.NewFlagSet(os.Args[0], pflag.ExitOnError)
	tekton := &cli.TektonParams{}
	tkn := &cobra.Command{Use: "tkn", Short: "CLI for tekton pipelines", SilenceUsage: true}
	tkn.AddCommand(
		clustertriggerbinding.Command(tekton),
		customrun.Command(tekton),
		eventlistener.Command(tekton),
		pipelinerun.Command(tekton),
		taskrun.Command(tekton),
		triggerbinding.Command(tekton),
		triggertemplate.Command(tekton),
		version.Command(tekton),
	)
	if tkn.Execute() != nil {
		os.Exit(1)
	}
}
