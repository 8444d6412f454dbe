// Package names is the one method of the tests' service, which needs no generated code: an Empty is
// answered with a StringValue.
package names

// Service and Method as gRPC spells them, and Path as a client calls them.
const (
	Service = "fairlead.test.Names"
	Method  = "Name"
	Path    = "/" + Service + "/" + Method
)
