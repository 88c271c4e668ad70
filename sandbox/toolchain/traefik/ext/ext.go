// Package ext stands in for the module of Traefik's repository that no module proxy has: its go.mod replaces
// it by a folder that the module's archive leaves out.
package ext

// HTTP is what others may add to an HTTP configuration: nothing.
type HTTP struct{}

// Router is what others may add to a router: nothing.
type Router struct{}
