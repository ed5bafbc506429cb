"""DIRAC's own client, as its users have it, with a proxy. Runs in the build's environment.

Argument: a JSON file with ``cfg``, ``certificate``, ``key``, ``group``, ``proxy`` (where to write it), ``url``,
``method``, ``arguments``, and what caller_loop wants.
"""

import json
import os
import sys
from pathlib import Path

import old_dirac
from caller_loop import measured

old_dirac.allow_proxies()
old_dirac.move_root()

from DIRAC.ConfigurationSystem.Client.ConfigurationData import gConfigurationData  # noqa: E402
from DIRAC.Core.Base.Client import Client  # noqa: E402
from DIRAC.Core.Security.X509Chain import X509Chain  # noqa: E402


def main() -> None:
    orders = json.loads(Path(sys.argv[1]).read_text())
    gConfigurationData.loadFile(orders["cfg"])
    gConfigurationData.sync()
    chain = X509Chain()
    chain.loadChainFromFile(orders["certificate"])
    chain.loadKeyFromFile(orders["key"])
    chain.generateProxyToFile(orders["proxy"], 3600, diracGroup=orders["group"], strength=2048)
    os.environ["X509_USER_PROXY"] = orders["proxy"]

    client = Client(url=orders["url"])

    def call() -> bool:
        return getattr(client, orders["method"])(*orders["arguments"])["OK"]

    print(json.dumps(measured(call, orders)))


if __name__ == "__main__":
    main()
