module tekton-builds/sandbox/toolchain/tkn

go 1.26

tool github.com/tektoncd/cli/cmd/tkn
require github.com/tektoncd/cli v0.44.0
