"""How fast the native library is, called from C: nanoseconds an event under the full rules.

    python tests/bench/native.py [--events 1000000] [--members 100000 20000 2000] [--cpu host] [--repeat 5]

The stream is that of ``workload``: phase 1 alone (PROGRAMME) and with referral, tiers and a draw
(PHASES). The conformance runner times the calls, then compares every outcome, entry, note, balance and
the digest with what the compiled engine of the package made of the same events; without that, no figure.
Time is the processor's, so that what else runs on the machine takes part only through its caches; the
load average says how much that is. ``later`` is the stream's second half, when the book has its memory.
A call with one event (--batch 1) is what a service makes, one with 4,096 lets the library ask memory ahead.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from workload import PHASES, PROGRAMME, write_workload  # noqa: E402

from rewardsim.export.native.build import build_native, write_terms  # noqa: E402
from rewardsim.export.native.vectors import story_of, write_vectors  # noqa: E402
from rewardsim.programme import parse_programme  # noqa: E402

PROMISED = 200


def main() -> None:
    """Run every size and print a table."""
    options = _options()
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, cpu {options.cpu or 'generic'}")
    heads = ("members", "events", "batch", "best", "later")
    print("{:<9} {:>9} {:>9} {:>6} {:>7} {:>7}  ns an event; load average".format("rules", *heads))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        build_native(None, out, cpu=options.cpu)
        for members in options.members:
            write_workload(out / "events.parquet", options.events, members)
            for name, text in (("phase 1", PROGRAMME), ("phases", PHASES)):
                _measure(out, name, text, members, options.repeat)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--members", type=int, nargs="+", default=[100_000, 20_000, 2_000])
    parser.add_argument("--cpu", help="least processor; 'host' for this one")
    parser.add_argument("--repeat", type=int, default=5)
    return parser.parse_args()


def _measure(out: Path, name: str, text: str, members: int, repeat: int) -> None:
    programme = parse_programme(text)
    story = story_of(programme, [out / "events.parquet"])
    write_terms(programme.law(), out)
    write_vectors(out / "vectors.bin", story, "compiled")
    for batch in (1, 4096):
        command = [out / "conform", out / "terms.bin", out / "vectors.bin"]
        command += ["--batch", str(batch), "--repeat", str(repeat)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        lines = [line.split() for line in done.stdout.splitlines() if " ns an event" in line]
        best, later = (min(float(line[place]) for line in lines) for place in (0, 4))
        kept = "kept" if later <= PROMISED else "missed"
        load = f"{os.getloadavg()[0]:.1f}"
        print(
            f"{name:<9} {members:>9,} {len(story.events):>9,} {batch:>6} {best:>7.0f} {later:>7.0f}"
            f"  {load}; promise of {PROMISED} {kept}",
            flush=True,
        )


if __name__ == "__main__":
    main()
