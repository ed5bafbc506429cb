"""Makes a grid proxy with DIRAC's own code, as users have; runs in the build's environment.

Argument: a JSON file with ``certificate``, ``key``, ``group``, ``lifetime_s`` and ``proxy``, the file to write.
The last line of the output is its name.
"""

import json
import sys
from pathlib import Path

import old_dirac

old_dirac.allow_proxies()
old_dirac.move_root()

from DIRAC.Core.Security.X509Chain import X509Chain  # noqa: E402


def done(result):
    """End with the message of a result of DIRAC's that is an error."""
    if not result["OK"]:
        sys.exit(result["Message"])


def write_proxy(orders):
    chain = X509Chain()
    done(chain.loadChainFromFile(orders["certificate"]))
    done(chain.loadKeyFromFile(orders["key"]))
    # 7.2 and 7.3 make keys of 1024 bits unless told otherwise, which today's OpenSSL refuses
    lifetime_s, group = orders["lifetime_s"], orders["group"]
    done(chain.generateProxyToFile(orders["proxy"], lifetime_s, diracGroup=group, strength=2048))


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[1]).read_text())
    write_proxy(given)
    print(json.dumps(given["proxy"]))  # noqa: T201
