"""Solves one instance with one peer and prints {"routes": …, "seconds": …, "version": …}.

    peer.py vrptw PEER INSTANCE [--customers N] --seconds S --threads T --seed K
    peer.py plain-day PEER DAY --seconds S --threads T --seed K

`seconds` is the time from the numbers to the routes; reading and importing do not count. Exit status 1 when the peer has
no plan.
"""
import argparse
import importlib
import importlib.metadata
import json
import sys
import time


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["vrptw", "plain-day"])
    parser.add_argument("peer", choices=["pyvrp", "ortools", "pyvroom", "vrp-cli"])
    parser.add_argument("instance")
    parser.add_argument("--customers", type=int, help="of a vrptw instance: only the first so many")
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    options = parser.parse_args()
    peers = importlib.import_module(f"{options.kind.replace('-', '_')}_peers")
    numbers = peers.Numbers(options)
    importlib.import_module({"pyvroom": "vroom", "vrp-cli": "vrp_cli"}.get(options.peer, options.peer))
    started = time.monotonic()
    routes = peers.PEERS[options.peer](numbers, options)
    seconds = time.monotonic() - started
    if routes is None:
        print("no plan", file=sys.stderr)
        return 1
    print(json.dumps({"routes": routes, "seconds": seconds, "version": importlib.metadata.version(options.peer)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
