"""What old releases of DIRAC and M2Crypto lack, supplied before they are used; runs in the build's environment."""

import os

from M2Crypto import SSL, X509

#: X509_V_FLAG_ALLOW_PROXY_CERTS of OpenSSL.
_ALLOW_PROXY_CERTIFICATES = 64


def allow_proxies():
    """To be called before DIRAC is imported, which asks for the constant with a default that refuses proxies.

    M2Crypto 0.38 and 0.39, with which DIRAC 7.2 to 9.0.0 work, do not have it; DIRAC's own M2Crypto of that time
    had.
    """
    for module in (SSL, X509):
        if not hasattr(module, "verify_allow_proxy_certs"):
            module.verify_allow_proxy_certs = _ALLOW_PROXY_CERTIFICATES


def move_root():
    """DIRAC 7.2 does not know DIRAC_ROOT_PATH: its files would be in the environment, which all stacks share."""
    import DIRAC  # noqa: PLC0415  with the constant above

    DIRAC.rootPath = os.environ["DIRAC_ROOT_PATH"]

    from DIRAC.ConfigurationSystem.Client.ConfigurationData import gConfigurationData  # noqa: PLC0415

    # made with DIRAC itself, before its root was moved
    gConfigurationData.backupsDir = os.path.join(DIRAC.rootPath, "etc", "csbackup")  # noqa: PTH118  as DIRAC does
