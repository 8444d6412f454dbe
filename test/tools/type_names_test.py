#!/usr/bin/env python3
"""What type-names takes for a definition, and what it says of two."""

import importlib.machinery
import importlib.util
import pathlib
import unittest

TOOL = str(pathlib.Path(__file__).with_name("type-names"))
loader = importlib.machinery.SourceFileLoader("type_names", TOOL)
type_names = importlib.util.module_from_spec(importlib.util.spec_from_loader("type_names", loader))
loader.exec_module(type_names)

SOURCES = [
    ("namespace f {\nstruct A {};\n}", ["f::A"]),
    ("namespace f::g { class A final : public B<C> {}; }", ["f::g::A"]),
    ("namespace f { enum class A : int { kB }; union U { int x; }; }", ["f::A", "f::U"]),
    ("struct A {};", ["A"]),
    ("namespace f { class [[nodiscard]] ABSL_LOCKABLE A {}; }", ["f::A"]),
    ("namespace f { template <class T>\nstruct A { struct B {}; }; }", ["f::A"]),
    ("namespace f { struct A {}; namespace { struct B {}; } struct C {}; }", ["f::A", "f::C"]),
    # Neither a declaration, nor a specialization, nor a use of a name defines it.
    ("namespace f { class A; template <> struct A<int> {}; A Get(struct A& a) {} }", []),
    ("namespace f { class A::B {}; }", []),
    ("namespace f { void F() { struct A {}; } }", []),
    # What only looks like code.
    ("namespace f { // {\n/* struct A { */ const char* x = \"struct A {\"; char c = '{'; }", []),
    ('namespace f { auto x = R"(\nstruct A {}; { )"; struct B {}; }', ["f::B"]),
    ("namespace f {\n#define X struct A {\nconstexpr int kMany = 1'000; struct B {}; }", ["f::B"]),
]


class TypeNames(unittest.TestCase):
    def test_types_of_a_source(self):
        for text, names in SOURCES:
            with self.subTest(text):
                self.assertEqual([name for name, _ in type_names.types_of(text)], names)

    def test_two_of_one_name_are_told_with_their_places(self):
        first = ("a.h", "namespace f { struct A {}; }")
        second = ("b.cc", "namespace f {\nclass A { int x; };\n}")
        self.assertEqual(
            list(type_names.twice([first, second])),
            ["f::A is defined 2 times: a.h:1, b.cc:2; name each for its purpose"],
        )
        self.assertEqual(list(type_names.twice([first, ("b.h", "namespace g { class A {}; }")])), [])


if __name__ == "__main__":
    unittest.main()
