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
from DIRAC.Core.Utilities import JEncode  # noqa: E402
from grid_proxy import done, write_proxy  # noqa: E402


def main():
    orders, _ = JEncode.decode(Path(sys.argv[1]).read_text())
    done(gConfigurationData.loadFile(orders["cfg"]))
    gConfigurationData.sync()
    proxy = str(Path(orders["folder"], "proxy.pem"))
    write_proxy({**orders, "lifetime_s": 3600, "proxy": proxy})
    os.environ["X509_USER_PROXY"] = proxy
    answers = []
    for url, method, arguments in orders["calls"]:
        answer = getattr(Client(url=url), method)(*arguments)
        answers.append({name: answer[name] for name in ("OK", "Value", "Message") if name in answer})
    print(JEncode.encode(answers))  # noqa: T201


if __name__ == "__main__":
    main()
