#!/usr/bin/env python3
"""What the built program links comes from packages that the section [runtime] of deploy/debian-packages installs.

The environment variable BACKPAIN_CDS names the program.
"""

import os
import re
import subprocess
import unittest
from pathlib import Path

LIST = Path(__file__).resolve().parents[2] / "deploy" / "debian-packages"
IN_EVERY_DEBIAN = {"libc6", "libstdc++6", "libgcc-s1"}


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def package_of(library):
    """The Debian package that holds a library; it may be registered without the /usr that /lib now leads to."""
    for path in (library, library.removeprefix("/usr"), "/usr" + library):
        found = subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True, check=False).stdout
        if found:
            return found.split(":")[0]
    return f"no package (it is {library})"


class RuntimePackages(unittest.TestCase):
    def test_hold_every_library_that_the_program_links(self):
        program = os.environ["BACKPAIN_CDS"]
        linked = set(re.findall(r"NEEDED\s+(\S+)", output("objdump", "-p", program)))
        places = dict(re.findall(r"(\S+) => (/\S+)", output("ldd", program)))
        section = LIST.read_text(encoding="utf-8").split("[runtime]\n")[1].split("\n[")[0]
        listed = {line for line in section.splitlines() if line and not line.startswith("#")}
        needed = {package_of(places[name]) for name in linked if name in places}
        self.assertLessEqual(needed - IN_EVERY_DEBIAN, listed)


if __name__ == "__main__":
    unittest.main()
