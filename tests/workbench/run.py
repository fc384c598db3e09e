#!/usr/bin/env python3
"""Several files of tests in one process, which starts one browser and one workbench of a kind for all of them.

    run.py PROGRAM [-f] patient rules...
"""

import sys

from running_workbench import main

if __name__ == "__main__":
    main([*sys.argv[:2], *(name if name.startswith("-") else f"{name}_test" for name in sys.argv[2:])], module=None)
