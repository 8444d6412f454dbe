"""maven_protos: .proto files out of a jar, brought by Maven's own client."""

_BUILD = """# Written by maven_protos.bzl
load("@//deploy/toolchain:protos.bzl", "cc_protos")

package(default_visibility = ["//visibility:public"])

cc_protos(
    name = "protos",
    srcs = {srcs},
    grpc_srcs = {grpc_srcs},
)

filegroup(
    name = "proto_files",
    srcs = {srcs},
)
{more}
# A FileDescriptorSet of everything in the jar but versions before v3: for what no C++ code is made of.
genrule(
    name = "descriptors",
    srcs = glob(
        ["*/**/*.proto"],
        exclude = ["envoy/**/v2*/**"],
    ),
    outs = ["descriptors.bin"],
    cmd = "/usr/bin/protoc -I{root} -I/usr/include --include_imports --descriptor_set_out=$@ $(SRCS)",
)
"""

# Files that `protos` has not, so that more of them do not make all who need that one build anew.
_MORE = """
cc_protos(
    name = "{name}",
    srcs = {srcs},
    grpc_srcs = {grpc_srcs},
    deps = [":protos"],
)
"""

def _imports(text):
    """The files that a .proto imports (line based; no regex in Starlark)."""
    found = []
    for line in text.split("\n"):
        line = line.strip()
        if not line.startswith("import "):
            continue
        parts = line.split("\"")
        if len(parts) >= 3:
            found.append(parts[1])
    return found

def _has_service(text):
    for line in text.split("\n"):
        if line.startswith("service "):
            return True
    return False

def _impl(rctx):
    group, name, version = rctx.attr.artifact.split(":")
    jar = "%s-%s.jar" % (name, version)
    mvn = rctx.which("mvn")
    unzip = rctx.which("unzip")
    if not mvn or not unzip:
        fail("maven_protos needs mvn and unzip: apt-get install maven unzip")

    copy = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
    res = None
    for flags in [["-o"], []]:  # first from ~/.m2 alone, then from the registry
        res = rctx.execute([mvn, "-q", "-B"] + flags + [
            copy,
            "-Dartifact=" + rctx.attr.artifact,
            "-DoutputDirectory=" + str(rctx.path(".")),
        ], timeout = 300)
        if res.return_code == 0:
            break
    if res.return_code != 0:
        fail("mvn could not bring %s:\n%s%s" % (rctx.attr.artifact, res.stdout, res.stderr))

    sha = rctx.execute(["sha256sum", jar])
    if rctx.attr.sha256 and sha.stdout.split(" ")[0] != rctx.attr.sha256:
        fail("%s: sha256 is %s, not %s" % (jar, sha.stdout.split(" ")[0], rctx.attr.sha256))

    res = rctx.execute([unzip, "-q", "-o", jar, "*.proto"])
    if res.return_code != 0:
        fail("unzip: " + res.stderr)
    rctx.delete(jar)

    main = _closure(rctx, rctx.attr.protos, [])
    more = ""
    for name, roots in rctx.attr.more_protos.items():
        files = _closure(rctx, roots, main.srcs)
        more += _MORE.format(name = name, srcs = repr(files.srcs), grpc_srcs = repr(files.grpc_srcs))
    rctx.file("BUILD", _BUILD.format(
        srcs = repr(main.srcs),
        grpc_srcs = repr(main.grpc_srcs),
        more = more,
        root = "external/" + rctx.name,
    ))

def _closure(rctx, roots, but):
    """The roots and what they import, without `but`. google/protobuf/*.proto are the system's."""
    seen = {}
    known = {path: True for path in but}
    todo = list(roots)
    grpc = []
    for _ in range(10000):
        if not todo:
            break
        path = todo.pop()
        if path in seen or path in known or path.startswith("google/protobuf/"):
            continue
        text = rctx.read(path)
        seen[path] = True
        if _has_service(text):
            grpc.append(path)
        todo.extend(_imports(text))
    return struct(srcs = sorted(seen.keys()), grpc_srcs = sorted(grpc))

maven_protos = repository_rule(
    implementation = _impl,
    attrs = {
        "artifact": attr.string(mandatory = True, doc = "group:name:version"),
        "sha256": attr.string(),
        "protos": attr.string_list(mandatory = True, doc = "roots; their imports are added"),
        "more_protos": attr.string_list_dict(doc = "roots by a target's name: what :protos has not"),
    },
    environ = ["HOME", "PATH", "MAVEN_OPTS", "JAVA_HOME"],
)
