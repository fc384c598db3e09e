#!/usr/bin/env python3
"""deploy/quickstart refuses what it cannot do before it installs or builds anything. (That it works, a bare machine shows.)"""

import socket
import subprocess
import unittest
from pathlib import Path

QUICKSTART = Path(__file__).resolve().parents[2] / "deploy" / "quickstart"


def quickstart(*arguments):
    return subprocess.run([QUICKSTART, *arguments], capture_output=True, text=True, timeout=20)


class Quickstart(unittest.TestCase):
    def test_explains_itself_when_it_is_used_wrongly(self):
        for arguments in (["--twice"], ["--port"], ["--port", "https"], ["--port", "0"], ["--port", "65536"]):
            with self.subTest(arguments):
                run = quickstart(*arguments)
                self.assertEqual(run.returncode, 2, run.stderr)
                self.assertIn("--port", run.stderr)
                self.assertEqual(run.stdout, "")

    def test_explains_itself_when_it_is_asked(self):
        run = quickstart("--help")
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertIn("--once", run.stdout)

    def test_says_which_port_is_taken_and_how_to_choose_another(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            run = quickstart("--port", str(port))
        self.assertEqual(run.returncode, 4)
        self.assertIn(f"port {port} is taken", run.stderr)
        self.assertIn("deploy/quickstart --port", run.stderr)


if __name__ == "__main__":
    unittest.main()
