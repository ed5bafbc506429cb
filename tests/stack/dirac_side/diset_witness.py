"""What DIRAC's own client sends over DISET, and what its DEncode makes of values; runs in the build's environment.

Argument: a file of DIRAC's own JSON with ``cfg``, ``certificate``, ``key``, ``proxy`` (where to write it),
``calls`` (URL, group or none, method, arguments), ``values`` to encode and ``encoded`` to decode. The last line of
the output is a JSON list: what each call returned, the encoded values in hex, the decoded ones.
"""

import os
import sys
from pathlib import Path

import old_dirac

old_dirac.allow_proxies()
old_dirac.move_root()

from DIRAC.ConfigurationSystem.Client.ConfigurationData import gConfigurationData  # noqa: E402
from DIRAC.Core.DISET.RPCClient import RPCClient  # noqa: E402
from DIRAC.Core.Security.X509Chain import X509Chain  # noqa: E402
from DIRAC.Core.Utilities import DEncode, JEncode  # noqa: E402


def main() -> None:
    orders, _ = JEncode.decode(Path(sys.argv[1]).read_text())
    gConfigurationData.loadFile(orders["cfg"])
    gConfigurationData.sync()
    chain = X509Chain()
    chain.loadChainFromFile(orders["certificate"])
    chain.loadKeyFromFile(orders["key"])
    chain.generateProxyToFile(orders["proxy"], 3600, strength=2048)
    os.environ["X509_USER_PROXY"] = orders["proxy"]
    answers = []
    for url, group, method, arguments in orders["calls"]:
        client = RPCClient(url, **({"extraCredentials": group} if group else {}))
        answer = getattr(client, method)(*arguments)
        answers.append({name: answer.get(name) for name in ("OK", "Value", "Message")})
    encoded = [DEncode.encode(value).hex() for value in orders["values"]]
    decoded = [DEncode.decode(bytes.fromhex(text))[0] for text in orders["encoded"]]
    print(JEncode.encode([answers, encoded, decoded]))  # noqa: T201


if __name__ == "__main__":
    main()
