"""The policies and actions that DIRAC's own integration tests ask for, in the words of their documentation."""

from __future__ import annotations

from harness.stack.cfg_text import Section

POLICIES: Section = {
    "Policies": {
        "AlwaysActiveForResource": {"policyType": "AlwaysActive", "matchParams": {"element": "Resource"}},
        "AlwaysBannedForSE1SE2": {"policyType": "AlwaysBanned", "matchParams": {"name": "SE1,SE2"}},
        "AlwaysBannedForSite": {"policyType": "AlwaysBanned", "matchParams": {"element": "Site"}},
        "AlwaysBannedForSite2": {
            "policyType": "AlwaysBanned",
            "matchParams": {"element": "Site", "domain": "test"},
        },
    },
    "PolicyActions": {"LogStatusAction": {}, "LogPolicyResultAction": {}},
}
