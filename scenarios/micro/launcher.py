"""Runs the micro-benchmarks; runs in the build's environment.

Arguments: the folder that holds pytest and pytest-benchmark, then those of pytest. The folder comes last on the
search path, so that the build's own packages stay those that are measured.
"""

import sys

if __name__ == "__main__":
    sys.path.append(sys.argv[1])
    import pytest

    arguments = sys.argv[2:]
    del sys.argv[1:]  # DIRAC would read them as its own
    sys.exit(pytest.main(arguments))
