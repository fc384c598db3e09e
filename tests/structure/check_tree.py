#!/usr/bin/env python3
"""Checks on the tree itself: what a review would otherwise have to notice every time.

    check_tree.py --list          the names of the checks (CMake makes one test of each)
    check_tree.py --map FLOOR     the rooms of a floor, each with those that it includes
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
MOST_LINES, MOST_LINES_OF_A_TEST = 500, 600
MOST_LINES_OF_A_FUNCTION = 70

MOST_FILES_OF_A_ROOM = 20  # a header with its source counts once

# What each floor may include of ours (design: bytes climb fhir -> rules -> service, and nothing below knows what is above).
MAY_INCLUDE = {"fhir": {"fhir"}, "rules": {"fhir", "rules"}, "service": {"fhir", "rules", "service"}}

# The rooms of a floor, from the ground up: an include runs down this table or stays in its room.
ROOMS = {
    "rules": ["text", "page", "pack", "program", "record", "run", "explain", "evaluate", "course", "nearest", "check", "stories", "bulk", "compare", "tune",
              "survey"],
    "service": ["base", "clients", "observe", "http", "store", "out", "trust", "fhir_access", "answer", "deployment", "call", "hooks",
                "live", "run", "tuning", "workbench", "commands"],
}
ONLY_IN_SERVICE = re.compile(r"<(boost/(asio|beast)|openssl|cjose|sqlite3|libpq|prometheus|spdlog|CLI)\b")

# What comments cite: pages that only their writer had; pages by name; sections of the clinical reference, as "REFERENCE.md A.2 (b), D.6".
REFERENCE = "REFERENCE.md"
SECTION = r"\b[0A-I](?:\.\d+)?\b(?![-\w])"
CITES_ELSEWHERE = re.compile(
    r"\b[Kk]nowledge (?:reference\b|section [A-I]\b|[0A-I]\.\d+|[A-I]\b(?=[),.;:]))|\b[Dd]ecisions, (?:safety|\d|\"|[A-Z])|\"decisions\b|"
    r"\b[Rr]equirements page\b")
CITES_PAGE = re.compile(r"(?<![\w/.:-])(?:[\w.-]+/)*[\w-]+\.md\b")
CITES_REFERENCE = re.compile(rf"{re.escape(REFERENCE)},? ((?:section )?{SECTION}(?:\(\d+\)| \(\w\))?(?:(?:,| and| to|;) {SECTION}(?:\(\d+\))?)*)")

# Debian's package for each thing that CMake looks for; a name that is missing here is a finding.
PACKAGE_OF = {
    "Boost": "libboost1.81-dev", "Boost:json": "libboost-json1.81-dev", "Boost:url": "libboost-url1.81-dev",
    "OpenSSL": "libssl-dev", "re2": "libre2-dev", "GTest": "libgtest-dev", "PkgConfig": "pkg-config",
    "CLI11": "libcli11-dev", "spdlog": "libspdlog-dev", "benchmark": "libbenchmark-dev", "Python3": "python3",
    "prometheus-cpp": "prometheus-cpp-dev", "cjose": "libcjose-dev", "PostgreSQL": "libpq-dev",
    "SQLite3": "libsqlite3-dev", "ZLIB": "zlib1g-dev", "simdjson": "libsimdjson-dev",
    "date": "libhowardhinnant-date-dev", "Threads": None, "backpain_cds_fhirpath": None,
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


def room_of(path):
    """The floor and the room of a source file of ours; None for what lies in no room (fhir/, service/main.cpp, tests)."""
    floor, *rest = path.parts
    return (floor, rest[0]) if floor in ROOMS and len(rest) > 1 and path.suffix in {".cpp", ".hpp"} else None


def arrows():
    """(path, line number, floor, room, room included) of each include between two rooms of one floor."""
    for path in source_files():
        here = room_of(path)
        for number, text in includes(path) if here else ():
            of = re.match(r'"(\w+)/(\w+)/', text)
            if of and of[1] == here[0] and of[2] != here[1]:
                yield path, number, *here, of[2]


def includes_run_down_the_rooms():
    for path, number, floor, room, included in arrows():
        rooms = ROOMS[floor]
        if room in rooms and included in rooms and rooms.index(included) > rooms.index(room):
            yield (f"{path}:{number}: {floor}/{room}/ must not know {floor}/{included}/, which lies above it: what both need "
                   f"belongs in {floor}/{room}/ or below, or {path.name} in {floor}/{included}/")


def every_source_lies_in_a_room():
    for path in source_files():
        if path.parts[0] in ROOMS and path.suffix in {".cpp", ".hpp"} and path != Path("service/main.cpp"):
            here = room_of(path)
            if not here or here[1] not in ROOMS[here[0]]:
                yield f"{path}: lies in no room of ROOMS in check_tree.py, which are {', '.join(ROOMS[path.parts[0]])}"


def no_room_is_too_full():
    stems = {}
    for path in source_files():
        if room_of(path):
            stems.setdefault(room_of(path), set()).add(path.stem)
    for (floor, room), names in sorted(stems.items()):
        if len(names) > MOST_FILES_OF_A_ROOM:
            yield f"{floor}/{room}/: {len(names)} files, {MOST_FILES_OF_A_ROOM} are the limit: is that one room?"


def map_of(floor):
    """The rooms of a floor from the top down, each with the rooms that it looks at: what the floor's README shows."""
    seen = {}
    for _, _, of, room, included in arrows():
        if of == floor:
            seen.setdefault(room, set()).add(included)
    rooms = ROOMS[floor]
    width = max(map(len, rooms))
    for room in reversed(rooms):
        known = sorted(seen.get(room, ()), key=rooms.index, reverse=True)
        yield f"{room:<{width}}  ->  {' '.join(known)}" if known else room


def readmes_show_the_rooms():
    for floor in ROOMS:
        readme = ROOT / floor / "README.md"
        picture = "\n".join(map_of(floor))
        if picture not in readme.read_text(encoding="utf-8"):
            yield f"{floor}/README.md: the map of its rooms is not what the includes give; put in: check_tree.py --map {floor}"


def network_and_storage_stay_in_service():
    for path in source_files():
        if floor_of(path) in {"fhir", "rules"}:
            for number, text in includes(path):
                if ONLY_IN_SERVICE.match(text):
                    yield f"{path}:{number}: belongs in service/: {text}"


def no_file_is_too_long():
    for path in source_files():
        length, most = len(lines_of(path)), MOST_LINES_OF_A_TEST if path.parts[0] == "tests" else MOST_LINES
        if length > most:
            yield f"{path}: {length} lines, {most} are the limit: is that one room?"


def functions(path):
    """The (first line, length) of each function that is defined at the left margin, as clang-format lays them out.

    Texts over several lines count as one: what a test expects is no code.
    """
    start, is_text, of_texts = None, False, 0
    for number, line in enumerate(lines_of(path), start=1):
        if start is None and re.match(r"(?!namespace|struct|class|enum|union|template|using|typedef|static_assert|INSTANTIATE)[A-Za-z_].*\(", line):
            start, of_texts = number, 0
        if is_text:
            of_texts += 1
        is_text = is_text and ')"' not in line or re.search(r'R"\((?!.*\)")', line) is not None
        if start and line == "}" and not is_text:
            yield start, number - start + 1 - of_texts
        if (line == "}" and not is_text) or (start == number and line.endswith(";")) or line.startswith("};"):
            start = None


def no_function_is_too_long():
    for path in source_files():
        for number, length in functions(path) if path.suffix in {".cpp", ".hpp"} else ():
            if length > MOST_LINES_OF_A_FUNCTION:
                yield f"{path}:{number}: a function of {length} lines, {MOST_LINES_OF_A_FUNCTION} are the limit"


def no_includes_go_in_a_circle():
    known = {}
    for path in source_files():
        if path.suffix == ".hpp":
            known[path.as_posix()] = [text.strip('"') for _, text in includes(path) if text.startswith('"')]
    done = set()

    def walk(name, way):
        if name in way:
            circle = way[way.index(name):] + [name]
            yield f"{name}: includes itself: {' -> '.join(circle)}"
        elif name in known and name not in done:
            for included in known[name]:
                yield from walk(included, way + [name])
            done.add(name)

    for name in known:
        yield from walk(name, [])


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


def types(path):
    """The (first line, name) of each type in a namespace that has a name, as clang-format lays them out."""
    namespaces = []
    for number, line in enumerate(lines_of(path), start=1):
        if entered := re.match(r"(?:inline )?namespace ?([\w:]*) ?\{$", line):
            namespaces.append(entered[1])
        elif re.match(r"} +// namespace", line):
            namespaces.pop()
        elif all(namespaces) and (found := re.match(r"(?:class|struct|union|enum class|enum) (?:\[\[\w+\]\] )?([\w:]+)(?![\w:<])[^;]*\{", line)):
            yield number, "::".join([*namespaces, found[1]])


def a_name_stands_for_one_type():
    """Two types of one name give one destructor to the linker, which takes it for both (one definition rule, [basic.def.odr])."""
    first = {}
    for path in source_files():
        for number, name in types(path) if path.suffix in {".cpp", ".hpp"} else ():
            place = f"{path}:{number}"
            if name in first:
                yield f"{place}: {name} is another type in {first[name]}: the linker takes them for one"
            first.setdefault(name, place)


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


def citing_lines(path):
    """The (line number, text, text of the next line) in which a file may cite something: its comments; all of a document or of data."""
    mark = {".cpp": "//", ".hpp": "//", ".mjs": "//", ".js": "//", ".ts": "//", ".json": "", ".md": "", ".tsv": ""}.get(path.suffix, "#")
    texts = [line.partition(mark)[2].lstrip("/!< ") if mark else line for line in lines_of(path)] + [""]
    return zip(range(1, len(texts)), texts, texts[1:])


def sections_of(page):
    return {found[1] for line in lines_of(page) if (found := re.match(r"#+ ([0A-I](?:\.\d+)?)\b", line))}


def citations_can_be_opened():
    pages = [path for path in files() if path.suffix == ".md"]
    sections = {section for page in pages if page.name == REFERENCE for section in sections_of(page)}
    for path in files():
        if path.suffix not in SOURCE_SUFFIXES | {".json", ".md", ".tsv", ".txt"} or path.parts[:2] == ("tests", "structure"):
            continue
        for number, text, after in citing_lines(path):
            for found in CITES_ELSEWHERE.finditer(f"{text} {after}"):
                if found.start() < len(text):
                    yield f"{path}:{number}: nobody can open \"{found[0]}\": cite the public source, {REFERENCE}, or give the reason"
            for name in CITES_PAGE.findall(re.sub(r"> \S+", "", text)):  # what a command writes
                made = name.startswith("build/")
                if not made and not any(f"/{page.as_posix()}".endswith(f"/{name.lstrip('./')}") for page in pages):
                    yield f"{path}:{number}: there is no {name}"
            for found in CITES_REFERENCE.finditer(f"{text} {after}"):
                for section in re.findall(SECTION, found[1]) if found.start() < len(text) else ():
                    if section not in sections:
                        yield f"{path}:{number}: {REFERENCE} has no section {section}"


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
    includes_run_down_the_rooms,
    every_source_lies_in_a_room,
    no_room_is_too_full,
    readmes_show_the_rooms,
    network_and_storage_stay_in_service,
    no_file_is_too_long,
    no_function_is_too_long,
    no_includes_go_in_a_circle,
    names_say_what_a_thing_is,
    a_name_stands_for_one_type,
    no_test_is_switched_off_in_silence,
    every_folder_says_what_it_is,
    every_link_leads_somewhere,
    citations_can_be_opened,
    what_cmake_finds_is_installed,
    sources_are_formatted,
]


def main(arguments):
    by_name = {check.__name__: check for check in CHECKS}
    if arguments == ["--list"]:
        print(*by_name, sep="\n")
        return 0
    if len(arguments) == 2 and arguments[0] == "--map" and arguments[1] in ROOMS:
        print(*map_of(arguments[1]), sep="\n")
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
