"""Our clients in a loop. Argument: a JSON file with ``plan``, a load plan as JSON, ``service``, ``method``,
``arguments``, and what caller_loop wants."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import msgspec
from caller_loop import measured

from scenarios.clients import new_client
from scenarios.encoding import decode_answer
from scenarios.load_plan import LoadPlan


def main() -> None:
    orders = json.loads(Path(sys.argv[1]).read_text())
    plan = msgspec.convert(orders["plan"], LoadPlan)
    client = new_client(
        plan.service_url,
        plan.ca_file,
        plan.certificate_file,
        plan.key_file,
        diset=plan.diset,
        keep_alive=plan.connection == "keep-alive",
        timeout_s=plan.request_timeout_s,
    )
    message = client.prepare(orders["service"], orders["method"], orders["arguments"])

    def call() -> bool:
        return decode_answer(client.send(message).body)["OK"]

    print(json.dumps(measured(call, orders)))


if __name__ == "__main__":
    main()
