"""`make attack`: real processes as `make run` starts them, attacked from another process.

Prints for each attack how long the small requests of a bystander (another clinic, another token, another address)
took before, during and after it, the memory of the web processes, and what the attackers got. Ends with 1 if a
guarantee is broken. ARGS="slow-bodies floods" runs some kinds; ARGS=--list names them.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time

import django

from scripts import local, servers
from tests.attack import meters, registry, report, setup
from tests.attack.run import Guarantees, Phases, Result, Run
from tests.attack.stage import Attack
from tests.processes.service import Service

FLOOR_SECONDS = 8.0
DATABASE = "attack"
BURN = "while True: pass"


def main() -> int:
    if sys.platform != "linux":
        sys.exit("make attack needs Linux: loopback addresses other than 127.0.0.1, and /proc.")
    options = _options()
    chosen = [attack for attack in registry.ATTACKS if _is_chosen(attack, options)]
    if options.list:
        print("\n".join(attack.title for attack in chosen))
        return 0
    service = _service()
    try:
        results = _attack_all(service, chosen)
    finally:
        service.stop()
    print(report.summary(results))
    _write(results)
    return int(any(result.broken for result in results))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(registry.KINDS))
    parser.add_argument("--only", default="", help="only attacks whose name contains this")
    parser.add_argument("--list", action="store_true", help="name the attacks and end")
    options = parser.parse_args()
    unknown = set(options.kinds) - set(registry.KINDS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(registry.KINDS)}")
    return options


def _is_chosen(attack: Attack, options: argparse.Namespace) -> bool:
    return (not options.kinds or attack.kind in options.kinds) and options.only in attack.title


def _service() -> Service:
    """On servers of its own; the logs stay in .local/attack."""
    folder = local.BASE / ".local" / "attack"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    mongodb, redis = servers.for_tests()
    os.environ.update(
        {
            **setup.environment(),
            "MONGODB_URI": mongodb,
            "REDIS_URL": f"{redis}/0",
            "TIDEPOOL_CLINIC_DATABASE_NAME": DATABASE,
            "DJANGO_SETTINGS_MODULE": "clinics_site.settings",
        }
    )
    service = Service(folder, {})
    os.environ["LOG_LEVEL"] = "WARNING"  # of this process; the service's log as they would
    django.setup()
    return service


def _attack_all(service: Service, chosen: list[Attack]) -> list[Result]:
    scene = setup.prepare(service.port)
    service.start()
    with meters.watching(scene.bystander) as watch:
        print(report.header())
        _show_floors(watch)
        return [_attack(Run(service, scene, watch), attack) for attack in chosen]


def _show_floors(watch: meters.Watch) -> None:
    """The same bystander while no one attacks, so that the rest can be read as multiples."""
    _measure("warming up", watch)
    _measure("no one attacks", watch)
    with subprocess.Popen([sys.executable, "-c", BURN]) as burning:
        _measure("one core busy elsewhere", watch)
        burning.kill()


def _measure(title: str, watch: meters.Watch) -> None:
    began = time.monotonic()
    time.sleep(FLOOR_SECONDS)
    print(report.line(title, watch.between(began, time.monotonic())), flush=True)


def _attack(run: Run, attack: Attack) -> Result:
    """Other work of the machine can only make a bystander wait, so one that waited too long gets a second chance. One
    that got a wrong answer does not."""
    result = run.attack(attack, phases=Phases(), guarantees=Guarantees())
    print(report.result(result), flush=True)
    run.recover(result)
    if result.broken and all(text.endswith(" s") for text in result.broken):
        result = run.attack(attack, phases=Phases(), guarantees=Guarantees())
        print(report.result(result), flush=True)
        run.recover(result)
    return result


def _write(results: list[Result]) -> None:
    folder = local.BASE / "bench-results"
    folder.mkdir(exist_ok=True)
    name = folder / f"attack-{time.strftime('%Y%m%d-%H%M%S')}.json"
    name.write_text(json.dumps([result.as_json() for result in results], indent=1))
    print(f"written to {name.relative_to(local.BASE)}")


if __name__ == "__main__":
    sys.exit(main())
