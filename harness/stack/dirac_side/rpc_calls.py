"""Calls services with DIRAC's own client and a grid proxy, as users do; runs in the build's environment.

Argument: a JSON file with ``cfg``, ``folder``, ``certificate``, ``key``, ``group`` and ``calls``, a list of URL,
method and arguments. The last line of the output is a JSON list of DIRAC's answers. Both are as DIRAC's own JSON
is, instants included.
"""

import os
import sys
from pathlib import Path

import old_dirac

old_dirac.allow_proxies()
old_dirac.move_root()

from DIRAC.ConfigurationSystem.Client.ConfigurationData import gConfigurationData  # noqa: E402
from DIRAC.Core.Base.Client import Client  # noqa: E402
from DIRAC.Core.Security.X509Chain import X509Chain  # noqa: E402
from DIRAC.Core.Utilities import JEncode  # noqa: E402


def _done(result):
    if not result["OK"]:
        sys.exit(result["Message"])


def main():
    orders, _ = JEncode.decode(Path(sys.argv[1]).read_text())
    _done(gConfigurationData.loadFile(orders["cfg"]))
    gConfigurationData.sync()
    chain = X509Chain()
    _done(chain.loadChainFromFile(orders["certificate"]))
    _done(chain.loadKeyFromFile(orders["key"]))
    proxy = str(Path(orders["folder"], "proxy.pem"))
    # 7.2 and 7.3 make keys of 1024 bits unless told otherwise, which today's OpenSSL refuses
    _done(chain.generateProxyToFile(proxy, 3600, diracGroup=orders["group"], strength=2048))
    os.environ["X509_USER_PROXY"] = proxy
    answers = []
    for url, method, arguments in orders["calls"]:
        answer = getattr(Client(url=url), method)(*arguments)
        answers.append({name: answer[name] for name in ("OK", "Value", "Message") if name in answer})
    print(JEncode.encode(answers))  # noqa: T201


if __name__ == "__main__":
    main()
