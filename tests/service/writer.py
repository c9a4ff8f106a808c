"""A client process at a store: takes batches of events on stdin, sends each, says what came of it.

python writer.py URL < {"events": [...]} or {"settle": DAY} lines
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main() -> None:
    """Work until stdin ends."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from rewardsim.scoring import StoreUnavailable
    from rewardsim.service.serving import Place, open_bundle

    url, programme = sys.argv[1:]
    place = Place(url, 1)
    bundle = open_bundle(Path(programme))
    scorer = bundle.bind(place.store(bundle.code))
    print("ready", flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        if "settle" in task:
            for _ in range(5):
                scorer.settle(task["settle"])
        for event in task.get("events", ()):
            while True:
                try:
                    scorer.apply(event)
                    break
                except StoreUnavailable as error:
                    print(f"again: {error}", file=sys.stderr)
        print("done", flush=True)
    place.close()


if __name__ == "__main__":
    main()
