"""A fuzz target: code that must take any bytes."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library", "cc_test")

def fuzz_target(name, srcs, corpus, deps):
    """Makes NAME, whose sources define LLVMFuzzerTestOneInput, and two programs of it.

    NAME_corpus_test replays the corpus: a test like any other. NAME_libfuzzer goes on from there; it needs clang,
    and test/fuzz builds and runs it, with the words in NAME.dict if there is such a file.

    Args:
      name: ends with "_fuzz".
      srcs: sources of the target alone.
      corpus: the files of one folder below the package.
      deps: what is fuzzed.
    """
    folder = native.package_name() + "/" + corpus[0].rpartition("/")[0]
    cc_library(
        name = name,
        testonly = True,
        srcs = srcs,
        deps = deps,
        alwayslink = True,
    )
    cc_test(
        name = name + "_corpus_test",
        size = "small",
        data = corpus,
        env = {"CORPUS": folder},
        deps = [
            ":" + name,
            "//test/support:corpus_test",
        ],
    )
    cc_binary(
        name = name + "_libfuzzer",
        testonly = True,
        linkopts = ["-fsanitize=fuzzer"],
        tags = [
            "fuzz",
            "manual",
        ],
        deps = [":" + name],
    )
