"""cc_protos: C++ (and gRPC) code of .proto files with the system's protoc.

    cc_protos(
        name = "echo",
        srcs = ["v1/echo.proto"],
        grpc_srcs = ["v1/echo.proto"],   # the ones that define services
        strip = "proto",                 # the import root below the package's repository
        deps = ["@envoy_api//:protos"],
    )

makes the cc_library :echo.
"""

ProtoTreeInfo = provider(fields = {
    "files": "depset of .proto files that an importer needs",
    "roots": "depset of import roots (strings)",
})

_PROTOC = "/usr/bin/protoc"
_PLUGIN = "/usr/bin/grpc_cpp_plugin"

def _gen_impl(ctx):
    workspace_root = ctx.label.workspace_root  # "" or external/NAME
    root = "/".join([p for p in [workspace_root, ctx.attr.strip] if p])
    prefix = root + "/" if root else ""

    trees = [d[ProtoTreeInfo] for d in ctx.attr.deps]
    files = depset(ctx.files.srcs, transitive = [t.files for t in trees])
    roots = depset([root or "."], transitive = [t.roots for t in trees])

    hdrs = []
    srcs = []
    grpc_paths = {f.path: True for f in ctx.files.grpc_srcs}
    out_root = "/".join([p for p in [ctx.bin_dir.path, root] if p])

    # One action a file: an edit re-runs one, and Bazel keeps both cores busy.
    for src in ctx.files.srcs:
        if not src.path.startswith(prefix):
            fail("%s is not below the import root %s" % (src.path, root))
        stem = src.path[:-len(".proto")]  # from the exec root
        if workspace_root:
            stem = stem[len(workspace_root) + 1:]
        if ctx.label.package:
            stem = stem[len(ctx.label.package) + 1:]
        names = [stem + ".pb.h", stem + ".pb.cc"]
        args = ctx.actions.args()
        args.add_all(roots, format_each = "-I%s", uniquify = True)
        args.add("--cpp_out=" + out_root)
        if src.path in grpc_paths:
            names += [stem + ".grpc.pb.h", stem + ".grpc.pb.cc"]
            args.add("--plugin=protoc-gen-grpc=" + _PLUGIN)
            args.add("--grpc_out=" + out_root)
        args.add(src)
        outs = [ctx.actions.declare_file(n) for n in names]
        hdrs += [o for o in outs if o.path.endswith(".h")]
        srcs += [o for o in outs if o.path.endswith(".cc")]
        ctx.actions.run(
            executable = _PROTOC,
            arguments = [args],
            inputs = files,
            outputs = outs,
            mnemonic = "Protoc",
            progress_message = "Generating C++ of %s" % src.short_path,
        )

    return [
        DefaultInfo(files = depset(hdrs + srcs)),
        OutputGroupInfo(hdrs = depset(hdrs), srcs = depset(srcs)),
        ProtoTreeInfo(files = files, roots = roots),
    ]

_gen = rule(
    implementation = _gen_impl,
    attrs = {
        "srcs": attr.label_list(allow_files = [".proto"]),
        "grpc_srcs": attr.label_list(allow_files = [".proto"]),
        "strip": attr.string(),
        "deps": attr.label_list(providers = [ProtoTreeInfo]),
    },
)

def cc_protos(name, srcs, grpc_srcs = [], strip = "", deps = [], **kwargs):
    """A cc_library of the generated code.

    Args:
      name: the cc_library.
      srcs: .proto files below this package.
      grpc_srcs: those of srcs that define a service.
      strip: the import root, from the repository's root.
      deps: other cc_protos.
      **kwargs: to cc_library.
    """
    _gen(
        name = name + "_gen",
        srcs = srcs,
        grpc_srcs = grpc_srcs,
        strip = strip,
        deps = [d + "_gen" for d in deps],
        visibility = ["//visibility:public"],
    )
    native.filegroup(name = name + "_hdrs", srcs = [name + "_gen"], output_group = "hdrs")
    native.filegroup(name = name + "_srcs", srcs = [name + "_gen"], output_group = "srcs")

    # includes is from the package: climb to the repository's root, then strip.
    up = "/".join([".." for p in native.package_name().split("/") if p])
    include = "/".join([p for p in [up, strip] if p]) or "."
    if strip and (native.package_name() + "/").startswith(strip + "/"):
        rest = native.package_name()[len(strip):].strip("/")
        include = "/".join([".." for p in rest.split("/") if p]) or "."
    native.cc_library(
        name = name,
        srcs = [name + "_srcs"],
        hdrs = [name + "_hdrs"],
        includes = [include],
        linkstatic = True,
        deps = deps + ["@//deploy/toolchain/system:grpc"],
        **kwargs
    )
