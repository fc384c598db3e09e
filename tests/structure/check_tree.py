#!/usr/bin/env python3
"""Checks on the tree itself: what a review would otherwise have to notice every time.

    check_tree.py --list          the names of the checks (CMake makes one test of each)
    check_tree.py CHECK...        runs them; exit status 1 if one finds something
    check_tree.py                 runs all of them

Limits: reads text, not syntax; looks at the files on disk, build and dot folders left out.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE_SUFFIXES = {".cpp", ".hpp", ".py", ".sh", ".mjs", ".js", ".ts", ".cmake"}
MOST_LINES = 600

# What each floor may include of ours (design: bytes climb fhir -> rules -> service, and nothing below knows what is above).
MAY_INCLUDE = {"fhir": {"fhir"}, "rules": {"fhir", "rules"}, "service": {"fhir", "rules", "service"}}
ONLY_IN_SERVICE = re.compile(r"<(boost/(asio|beast)|openssl|cjose|sqlite3|libpq|prometheus|spdlog|CLI)\b")

# Debian's package for each thing that CMake looks for; a name that is missing here is a finding.
PACKAGE_OF = {
    "Boost": "libboost1.81-dev", "Boost:json": "libboost-json1.81-dev", "Boost:url": "libboost-url1.81-dev",
    "OpenSSL": "libssl-dev", "re2": "libre2-dev", "GTest": "libgtest-dev", "PkgConfig": "pkg-config",
    "CLI11": "libcli11-dev", "spdlog": "libspdlog-dev", "benchmark": "libbenchmark-dev", "Python3": "python3",
    "prometheus-cpp": "prometheus-cpp-dev", "cjose": "libcjose-dev", "PostgreSQL": "libpq-dev",
    "SQLite3": "libsqlite3-dev",
    "date": "libhowardhinnant-date-dev", "Threads": None,
}


def files():
    """Every file of the project, as paths relative to its root."""
    for folder, folders, names in os.walk(ROOT):
        here = Path(folder).relative_to(ROOT)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in {"build", "__pycache__"})
        yield from (here / name for name in sorted(names))


def source_files():
    return (path for path in files() if path.suffix in SOURCE_SUFFIXES)


def lines_of(path):
    return (ROOT / path).read_text(encoding="utf-8").splitlines()


def includes(path):
    """The (line number, text) of each #include of a C++ file."""
    if path.suffix in {".cpp", ".hpp"}:
        for number, line in enumerate(lines_of(path), start=1):
            if line.lstrip().startswith("#include"):
                yield number, line.split("#include", 1)[1].strip()


def floor_of(path):
    """The floor whose includes bind a file: its own, or the one that a test under tests/<floor>/ looks at."""
    parts = path.parts[1:] if path.parts[0] == "tests" else path.parts
    return parts[0] if parts and parts[0] in MAY_INCLUDE else None


def floors_only_look_down():
    for path in source_files():
        floor = floor_of(path)
        for number, text in includes(path) if floor else ():
            of = re.match(r'"(\w+)/', text)
            if of and of[1] in MAY_INCLUDE and of[1] not in MAY_INCLUDE[floor]:
                yield f"{path}:{number}: {floor}/ must not know {of[1]}/: {text}"


def network_and_storage_stay_in_service():
    for path in source_files():
        if floor_of(path) in {"fhir", "rules"}:
            for number, text in includes(path):
                if ONLY_IN_SERVICE.match(text):
                    yield f"{path}:{number}: belongs in service/: {text}"


def no_file_is_too_long():
    for path in source_files():
        length = len(lines_of(path))
        if length > MOST_LINES:
            yield f"{path}: {length} lines, {MOST_LINES} are the limit: is that one room?"


def names_say_what_a_thing_is():
    vague = re.compile(r"(^|[_\-./])(utils?|helpers?|commons?)($|[_\-./])", re.IGNORECASE)
    declared = re.compile(r"\b(namespace|class|struct)\s+[\w:]*?(util|helper|common)s?\b", re.IGNORECASE)
    for path in files():
        if vague.search(str(path)):
            yield f"{path}: the name says nothing"
    for path in source_files():
        if path.suffix in {".cpp", ".hpp"}:
            for number, line in enumerate(lines_of(path), start=1):
                if declared.search(line):
                    yield f"{path}:{number}: the name says nothing: {line.strip()}"


def no_test_is_switched_off_in_silence():
    silent = re.compile(r"\bDISABLED_|GTEST_SKIP\(\) *;")
    for path in source_files():
        if path.parts[0] == "tests" and path.suffix in {".cpp", ".hpp"}:
            for number, line in enumerate(lines_of(path), start=1):
                if silent.search(line):
                    yield f"{path}:{number}: a skipped test says why: {line.strip()}"


def every_folder_says_what_it_is():
    folders = {path.parent for path in source_files() if path.parent != Path(".")}
    for folder in sorted(folders):
        if not any((ROOT / place / "README.md").exists() for place in readme_places(folder)):
            yield f"{folder}/: no README.md"


def readme_places(folder):
    """Where a folder's README may stand: in it; for mirrors of the source tree and their like under tests/, in tests/."""
    return [folder, Path("tests")] if folder.parts[0] == "tests" else [folder]


def every_link_leads_somewhere():
    for path in files():
        if path.suffix == ".md":
            for number, line in enumerate(lines_of(path), start=1):
                for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", line):
                    if "://" not in target and not (ROOT / path.parent / target).exists():
                        yield f"{path}:{number}: there is no {target}"


def what_cmake_finds_is_installed():
    packages = {line.strip() for line in lines_of(Path("deploy/debian-packages"))}
    for path in files():
        if path.name != "CMakeLists.txt" and path.suffix != ".cmake":
            continue
        for name in wanted_by_cmake((ROOT / path).read_text(encoding="utf-8")):
            if name not in PACKAGE_OF:
                yield f"{path}: finds {name}, whose Debian package this check does not know"
            elif PACKAGE_OF[name] and PACKAGE_OF[name] not in packages:
                yield f"{path}: finds {name}, but deploy/debian-packages has no {PACKAGE_OF[name]}"


def wanted_by_cmake(text):
    """What find_package, find_library and pkg_check_modules ask for; compiled parts of Boost as Boost:part."""
    text = re.sub(r"#.*", "", text)
    for name, rest in re.findall(r"find_package\(\s*([\w\-+.]+)([^)]*)\)", text):
        yield name
        parts = re.search(r"COMPONENTS\s+([\w\s]+)", rest)
        if name == "Boost" and parts:
            yield from (f"Boost:{part}" for part in parts[1].split())
    yield from re.findall(r"find_library\(\s*\w+\s+(?:NAMES\s+)?([\w\-+.]+)", text)
    for arguments in re.findall(r"pkg_check_modules\(\s*\w+([^)]*)\)", text):
        yield from (word for word in arguments.split() if word not in {"REQUIRED", "QUIET", "IMPORTED_TARGET", "GLOBAL"})


def sources_are_formatted():
    sources = [path for path in source_files() if path.suffix in {".cpp", ".hpp"}]
    command = ["clang-format-14", "--dry-run", "-Werror", *sources]
    run = subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False)
    for path in dict.fromkeys(re.findall(r"^(\S+?):\d+:\d+: error: ", run.stderr, re.MULTILINE)):
        yield f"{path}: run clang-format-14 -i on it"


CHECKS = [
    floors_only_look_down,
    network_and_storage_stay_in_service,
    no_file_is_too_long,
    names_say_what_a_thing_is,
    no_test_is_switched_off_in_silence,
    every_folder_says_what_it_is,
    every_link_leads_somewhere,
    what_cmake_finds_is_installed,
    sources_are_formatted,
]


def main(arguments):
    by_name = {check.__name__: check for check in CHECKS}
    if arguments == ["--list"]:
        print(*by_name, sep="\n")
        return 0
    unknown = [name for name in arguments if name not in by_name]
    if unknown:
        print(f"check_tree.py: no such check: {', '.join(unknown)}", file=sys.stderr)
        return 2
    findings = [finding for name in arguments or by_name for finding in by_name[name]()]
    print(*findings, sep="\n", end="\n" if findings else "")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
