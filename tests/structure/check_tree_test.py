#!/usr/bin/env python3
"""Plants one fault at a time in an otherwise clean little tree: each check must find it, and find nothing without it."""

import sys
import tempfile
import unittest
from pathlib import Path

import check_tree


def map_without_arrows(floor):
    return "\n".join(reversed(check_tree.ROOMS[floor]))


CLEAN = {
    "CMakeLists.txt": "find_package(Boost 1.81 REQUIRED COMPONENTS json url)\npkg_check_modules(RE2 REQUIRED re2)\n",
    "deploy/debian-packages": "[build]\nlibboost1.81-dev\nlibboost-json1.81-dev\nlibboost-url1.81-dev\nlibre2-dev\n",
    "fhir/README.md": "# fhir\n",
    "fhir/decimal.hpp": '#pragma once\n#include "fhir/json_text.hpp"\n',
    "rules/README.md": f"# rules\n{map_without_arrows('rules')}\n",
    "rules/record/README.md": "# record\n",
    "rules/record/reading.cpp": '#include "fhir/decimal.hpp"\n#include <boost/json.hpp>\n',
    "rules/packs/lab/REFERENCE.md": "# Reference\n## 0. First\n### 0.1 Facts\n## A. Codes\n### A.2 Tests\n## D. When\n### D.6 Readings\n",
    "rules/packs/lab/pack.json": '{ "note": "REFERENCE.md A.2 (b), D.6: the latest. Not E.1." }\n',
    "rules/record/reading.hpp": "#pragma once\nnamespace rules {\nstruct Focus;\nclass Reading {};\nstruct Reading::Part {};\n} // namespace rules\n",
    "rules/run/README.md": "# run\n",
    "rules/run/run.cpp": "// Source: rules/packs/lab/REFERENCE.md 0.1(4), A.2 and\n// D.6; FHIR R4; README.md; https://example.org/other.md.\nint knowledge;\n",
    "service/README.md": f"# service\n{map_without_arrows('service')}\n",
    "service/http/README.md": "# http\n",
    "service/http/server.cpp": '#include "rules/record/reading.hpp"\n#include <boost/asio/io_context.hpp>\n',
    "tests/README.md": "# tests\n",
    "tests/rules/record/reading_test.cpp": '#include "rules/record/reading.hpp"\nGTEST_SKIP() << "skipped: no data";\n',
}

# The check, the file that holds the fault, its text, and a part of the finding.
FAULTS = [
    ("floors_only_look_down", "fhir/coding.cpp", '#include "rules/pack.hpp"\n', "fhir/coding.cpp:1"),
    ("floors_only_look_down", "rules/pack/pack.cpp", '\n#include "service/http/tls.hpp"\n', "rules/pack/pack.cpp:2"),
    ("floors_only_look_down", "tests/fhir/coding_test.cpp", '#include "rules/pack.hpp"\n', "tests/fhir/coding_test.cpp:1"),
    ("includes_run_down_the_rooms", "rules/record/record.cpp", '\n#include "rules/run/run.hpp"\n',
     "rules/record/record.cpp:2: rules/record/ must not know rules/run/"),
    ("includes_run_down_the_rooms", "service/base/uuid.hpp", '#include "service/commands/cli.hpp"\n', "or uuid.hpp in service/commands/"),
    ("every_source_lies_in_a_room", "rules/pack.cpp", "", "rules/pack.cpp: lies in no room"),
    ("every_source_lies_in_a_room", "service/attic/lamp.hpp", "", "service/attic/lamp.hpp: lies in no room"),
    ("readmes_show_the_rooms", "rules/record/record.cpp", '#include "rules/pack/pack.hpp"\n', "check_tree.py --map rules"),
    ("network_and_storage_stay_in_service", "rules/seal.cpp", "#include <openssl/sha.h>\n", "openssl"),
    ("network_and_storage_stay_in_service", "fhir/bundle.cpp", "#include <boost/beast/http.hpp>\n", "beast"),
    ("no_file_is_too_long", "rules/pack.cpp", "\n" * 501, "501 lines"),
    ("no_function_is_too_long", "rules/pack/pack.cpp", "int f(int a,\n      int b) {\n" + "    a += b;\n" * 68 + "}\n", "pack.cpp:1: a function of 71"),
    ("no_includes_go_in_a_circle", "fhir/decimal.hpp", '#include "fhir/decimal.hpp"\n', "fhir/decimal.hpp -> fhir/decimal.hpp"),
    ("names_say_what_a_thing_is", "rules/string_utils.hpp", "", "string_utils"),
    ("names_say_what_a_thing_is", "rules/pack.hpp", "namespace rules::helper {\n", "rules/pack.hpp:1"),
    ("a_name_stands_for_one_type", "rules/run/run.cpp", "namespace rules {\nnamespace {\nstruct Part {};\n} // namespace\nclass Reading final : public Focus {};\n",
     "rules/run/run.cpp:5: rules::Reading is another type in rules/record/reading.hpp:4"),
    ("no_test_is_switched_off_in_silence", "tests/rules/pack_test.cpp", "GTEST_SKIP();\n", "pack_test.cpp:1"),
    ("no_test_is_switched_off_in_silence", "tests/rules/pack_test.cpp", "TEST(Pack, DISABLED_IsRead)\n", "DISABLED_"),
    ("every_folder_says_what_it_is", "fhir/path/lexer.cpp", "", "fhir/path/: no README.md"),
    ("every_link_leads_somewhere", "rules/README.md", "[here](pack.hpp)\n", "rules/README.md:1: there is no pack.hpp"),
    ("citations_can_be_opened", "rules/pack/pack.hpp", "int a;  // a band (knowledge D.6)\n", "rules/pack/pack.hpp:1: nobody can open \"knowledge D.6\""),
    ("citations_can_be_opened", "rules/pack/pack.hpp", "\n// Clinical knowledge\n// reference, A.\n", "rules/pack/pack.hpp:2: nobody can open"),
    ("citations_can_be_opened", "rules/pack/pack.hpp", "// It counts (decisions, safety).\n", "decisions, safety"),
    ("citations_can_be_opened", "rules/packs/lab/pack.json", '{ "note": "decisions" }\n', "rules/packs/lab/pack.json:1: nobody can open"),
    ("citations_can_be_opened", "tests/service/a.py", "# Requirements page, 1.9.\n", "Requirements page"),
    ("citations_can_be_opened", "rules/pack/pack.hpp", "// As design/interfaces.md says.\n", "there is no design/interfaces.md"),
    ("citations_can_be_opened", "rules/packs/lab/pack.json", '{ "note": "REFERENCE.md A.2, A.9: none" }\n', "REFERENCE.md has no section A.9"),
    ("citations_can_be_opened", "rules/run/run.cpp", "// Source: rules/packs/lab/REFERENCE.md\n// G.1.\n", "rules/run/run.cpp:1: REFERENCE.md has no section G.1"),
    ("what_cmake_finds_is_installed", "service/CMakeLists.txt", "find_package(OpenSSL 3.0)\n", "libssl-dev"),
    ("what_cmake_finds_is_installed", "service/CMakeLists.txt", "find_library(CJOSE_LIBRARY cjose)\n", "libcjose-dev"),
    ("what_cmake_finds_is_installed", "service/CMakeLists.txt", "find_package(Qt6)\n", "does not know"),
    ("what_cmake_finds_is_installed", "service/CMakeLists.txt", "find_package(Boost COMPONENTS locale)\n", "Boost:locale"),
    ("sources_are_formatted", "rules/pack.cpp", "int  answer ;\n", "rules/pack.cpp"),
]


class EachCheck(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        check_tree.ROOT = Path(folder.name)
        for path, text in CLEAN.items():
            self.write(path, text)

    def write(self, path, text):
        (check_tree.ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (check_tree.ROOT / path).write_text(text, encoding="utf-8")

    def test_finds_nothing_in_a_clean_tree(self):
        for check in (*check_tree.CHECKS, check_tree.every_folder_says_what_it_is, check_tree.every_link_leads_somewhere):
            self.assertEqual(list(check()), [], check.__name__)

    def test_finds_the_planted_fault(self):
        for name, path, text, expected in FAULTS:
            with self.subTest(check=name, path=path, text=text[:40]):
                before = (check_tree.ROOT / path).read_text() if (check_tree.ROOT / path).exists() else None
                self.write(path, text)
                findings = list(getattr(check_tree, name)())
                self.assertEqual(len(findings), 1, findings)
                self.assertIn(expected, findings[0])
                (check_tree.ROOT / path).unlink() if before is None else self.write(path, before)

    def test_finds_a_room_that_is_too_full(self):
        for number in range(check_tree.MOST_FILES_OF_A_ROOM):
            self.write(f"rules/record/fact_{number}.cpp", "")
            self.write(f"rules/record/fact_{number}.hpp", "")
        self.assertEqual(list(check_tree.no_room_is_too_full()), ["rules/record/: 21 files, 20 are the limit: is that one room?"])


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main()
