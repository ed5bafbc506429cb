"""Does what the agents of the RSS do, by DIRAC's own classes; runs in the build's environment.

Argument: see session.py. It answers the orders whose names and functions stand at the end.
"""

import smtplib
import time
from inspect import signature

import session

ORDERS = session.read_orders()

# with the configuration
from DIRAC.ConfigurationSystem.Client.ConfigurationData import gConfigurationData  # noqa: E402
from DIRAC.ConfigurationSystem.Client.PathFinder import getAgentSection  # noqa: E402
from DIRAC.Core.Utilities.ObjectLoader import ObjectLoader  # noqa: E402
from DIRAC.ResourceStatusSystem.Client.ResourceManagementClient import ResourceManagementClient  # noqa: E402
from DIRAC.ResourceStatusSystem.Client.ResourceStatusClient import ResourceStatusClient  # noqa: E402
from DIRAC.ResourceStatusSystem.PolicySystem.PEP import PEP  # noqa: E402
from recorded_calls import recorded_calls  # noqa: E402

#: Those that an inspector agent keeps and shares between its threads.
_CLIENTS = {"ResourceStatusClient": ResourceStatusClient(), "ResourceManagementClient": ResourceManagementClient()}

_enforce = PEP.enforce

_element = {}


def read(element, name, status_type):
    """Read the row of an element as an inspector does: the one that the next evaluation is of."""
    # of VO "all" unless asked otherwise
    found = _CLIENTS["ResourceStatusClient"].selectStatusElement(
        element, "Status", name=name, statusType=status_type
    )
    if not found["OK"]:
        raise RuntimeError(found["Message"])
    (row,) = found["Value"]
    _element.clear()
    _element["element"] = element
    for column, value in zip(found["Columns"], row, strict=True):
        if column != "VO" or _knows_vo():
            _element[column[0].lower() + column[1:]] = value


def _knows_vo():
    """The inspectors of 7.2 leave the VO out: its clients call the parameter otherwise."""
    return "vO" in signature(ResourceStatusClient.selectStatusElement).parameters


def evaluate(active, name=None):
    """Evaluate the element that was read last, with the actions that ``active`` switches on; ``name``: as if it
    were called so. CPU is that of DIRAC: without what recording its calls takes."""
    parameters = {**_element, "active": active, "name": name or _element["name"]}
    result, problem = {"OK": False}, None
    with recorded_calls() as calls:
        began_ns, cpu_began_ns = time.monotonic_ns(), time.process_time_ns()
        try:
            result = PEP(clients=_CLIENTS).enforce(parameters)
        except Exception as error:  # noqa: BLE001  an inspector logs it and goes on
            problem = _text(error)
        cpu_ns, wall_ns = time.process_time_ns() - cpu_began_ns, time.monotonic_ns() - began_ns
    return {
        "status": result["Value"]["policyCombinedResult"]["Status"] if result["OK"] else None,
        "problem": problem or result.get("Message"),
        "calls": calls,
        "cpu_ns": cpu_ns - calls.cost_ns,
        "wall_ns": wall_ns,
    }


def inspect(agent, threads):
    """One cycle of an inspector agent with so many threads."""
    # 7.2 takes fewer threads where they suffice for its polling time, so it gets a short one
    for option, value in (("maxNumberOfThreads", threads), ("PollingTime", 1)):
        gConfigurationData.setOptionInCFG(f"{getAgentSection(f'ResourceStatus/{agent}')}/{option}", str(value))
    inspector = _agent(agent)
    _done(inspector.initialize())
    outcomes, under_way, at_once = [], set(), []

    def enforce(pep, element):
        under_way.add(id(pep))
        at_once.append(len(under_way))
        try:
            result = _enforce(pep, element)
        except Exception as error:
            outcomes.append(_text(error))
            raise
        finally:
            under_way.discard(id(pep))
        outcomes.append(None if result["OK"] else result["Message"])
        return result

    PEP.enforce = enforce
    began_ns, cpu_began_ns = time.monotonic_ns(), time.process_time_ns()
    _done(inspector.execute())
    cpu_ns, wall_ns = time.process_time_ns() - cpu_began_ns, time.monotonic_ns() - began_ns
    PEP.enforce = _enforce
    inspector.finalize()
    problems = [outcome for outcome in outcomes if outcome]
    return {
        "evaluations": len(outcomes),
        "at_once": max(at_once, default=0),
        "failed": len(problems),
        "first_problem": problems[0] if problems else None,
        "cpu_ns": cpu_ns,
        "wall_ns": wall_ns,
    }


def mail(port):
    """One cycle of the agent that mails what EmailAction has written, to the mail server on this port of ours.

    DIRAC's mail goes to ``localhost`` and the port that Python's library takes for mail; there is no option.
    """
    smtplib.SMTP.default_port = port
    mailer = _agent("EmailAgent")
    _done(mailer.initialize())
    began_ns = time.monotonic_ns()
    _done(mailer.execute())
    return {"wall_ns": time.monotonic_ns() - began_ns}


def _text(error):
    return f"{type(error).__name__}: {error}"


def _agent(name):
    loaded = ObjectLoader().loadObject(f"DIRAC.ResourceStatusSystem.Agent.{name}")
    _done(loaded)
    return loaded["Value"](f"ResourceStatus/{name}", f"ResourceStatus/{name}")


def _done(result):
    if not result["OK"]:
        raise RuntimeError(result["Message"])


if __name__ == "__main__":
    session.serve(ORDERS["channel"], {"read": read, "evaluate": evaluate, "inspect": inspect, "mail": mail})
