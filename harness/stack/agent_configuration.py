"""dirac.cfg of an agent of the RSS: that of the servers, with policies and their actions."""

from __future__ import annotations

from collections.abc import Mapping

from harness.dataset.management_content import POLICIES
from harness.stack.cfg_text import Section, cfg_text, merged
from harness.stack.configuration import ServiceSettings, database_section, in_instances, server_sections

#: Commands of 9.1 open it, to ask nothing of it when they read from a cache.
PILOT_DATABASE = "PilotAgentsDB"

#: Which actions an evaluation runs, by the name of the choice, in their order. ``Active`` is what DIRAC takes when
#: nobody chooses: here an agent's round in which nothing has changed.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "none": (),
    "LogPolicyResultAction": ("LogPolicyResultAction",),
    "LogStatusAction": ("LogStatusAction",),
    "EmailAction": ("EmailAction",),
    "SlackAction": ("SlackAction",),
    "all": ("LogPolicyResultAction", "LogStatusAction", "EmailAction", "SlackAction"),
    "stored": ("LogPolicyResultAction", "LogStatusAction", "EmailAction"),
    "slack-first": ("SlackActionFirst", "LogPolicyResultAction", "LogStatusAction", "EmailAction"),
    "Active": ("LogPolicyResultAction", "LogStatusAction"),
}

#: Who gets the mail of the RSS; ``.example`` is nobody's (RFC 2606).
MAIL_ADDRESSES = ("one@rssbench.example", "two@rssbench.example")
_MAIL_GROUP = "Shifters"

#: Section of the configuration to the class of the action.
_ACTIONS = {
    "SlackActionFirst": "SlackAction",
    "LogPolicyResultAction": "LogPolicyResultAction",
    "LogStatusAction": "LogStatusAction",
    "EmailAction": "EmailAction",
    "SlackAction": "SlackAction",
}


def agent_cfg(settings: ServiceSettings, webhook_url: str) -> str:
    """The text of dirac.cfg for an agent beside the services. It holds the database password: mode 0600."""
    pilots: Section = {"Databases": {PILOT_DATABASE: database_section(settings.database, PILOT_DATABASE)}}
    rss: Section = {
        "Config": {
            "Slack": webhook_url,
            "FromAddress": "rss@rssbench.example",
            "notificationGroups": _MAIL_GROUP,
        },
        "Notification": {_MAIL_GROUP: {"users": ", ".join(MAIL_ADDRESSES)}},
        "Policies": _policies(),
        "PolicyActions": {name: _action(name, kind) for name, kind in _ACTIONS.items()},
    }
    extra: Section = {
        "Systems": in_instances(settings.series, {"WorkloadManagement": pilots}),
        "Operations": {"Defaults": {"ResourceStatus": rss}},
    }
    return cfg_text(merged(server_sections(settings), extra))


def _policies() -> Section:
    """Those whose results the data set has, each for its types of element."""
    types: dict[str, list[str]] = {}
    for element_type, policies in POLICIES.items():
        for policy in policies:
            types.setdefault(policy, []).append(element_type)
    return {
        policy: {"policyType": policy, "matchParams": {"elementType": ", ".join(names)}}
        for policy, names in types.items()
    }


def _action(name: str, kind: str) -> Section:
    """``active`` is DIRAC's own switch: an evaluation that comes with another word leaves the action out."""
    choices = [choice for choice, names in CHOICES.items() if name in names]
    return {"actionType": kind, "matchParams": {"active": ", ".join(choices)}}
