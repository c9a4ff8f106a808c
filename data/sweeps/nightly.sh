#!/bin/sh
# A nightly run: compares next quarter's terms with today's, and fails where a guard is broken.
#
#   sh data/sweeps/nightly.sh [FOLDER]
#
# Exit code: 0 every guard is held; 1 one is broken or undecided, or a life failed; 2 bad input;
# 130 interrupted. Whatever was finished is kept in FOLDER: run it again and only the rest is lived.
set -eu
here=$(dirname "$0")
out=${1:-runs}
mkdir -p "$out"
code=0
rewardsim sweep "$here/nightly.toml" --workers processes --out "$out" --json >"$out/nightly.json" || code=$?
case $code in
0) echo "nightly: every guard is held" ;;
1) echo "nightly: a guard is broken or undecided, see $out/nightly.json" >&2 ;;
*) echo "nightly: not run to its end (exit code $code), see $out/nightly.json" >&2 ;;
esac
exit $code
