"""Runs tests of DIRAC's own with pytest; runs in the build's environment.

Arguments: the folder that holds pytest, then those of pytest. The folder comes last on the search path, so that
the build's own packages stay those that are tested.
"""

import sys
import unittest.mock

import old_dirac

old_dirac.allow_proxies()
old_dirac.move_root()

# What tests of 7.x import under the name of its backport.
sys.modules.setdefault("mock", unittest.mock)

if __name__ == "__main__":
    sys.path.append(sys.argv[1])
    import pytest

    arguments = sys.argv[2:]
    del sys.argv[1:]  # tests of 7.x have DIRAC read them as its own when they are imported
    sys.exit(pytest.main(arguments))
