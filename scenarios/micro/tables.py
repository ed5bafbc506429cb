"""Makes the tables of a build in its empty databases; runs in the build's environment. Argument: dirac.cfg."""

import sys

import releases

if __name__ == "__main__":
    releases.load_configuration(sys.argv[1])
    releases.status_database()
    releases.management_database()
