"""The short form of `make attack` (tests/attack): no one is stopped. Only `make attack` judges speed."""

import sys

import pytest

from tests import pace
from tests.attack import meters, registry, setup
from tests.attack.run import Guarantees, Phases, Run

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.processes,
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and all of 127.0.0.0/8"),
]
QUICK = Phases(before=0.5, during=3.0, after=1.0)


def test_no_one_else_is_stopped_or_refused_while_someone_attacks(service, fault):
    """One test, because filling the clinics takes longer than an attack."""
    scene = setup.prepare(service.port, patients=500)
    service.start(env={**setup.environment(), "WEB_WORKERS": "2"})
    broken = {}
    with meters.watching(scene.bystander) as watch:
        run = Run(service, scene, watch)
        for attack in registry.SHORT:
            generous = Guarantees(worst_seconds=5.0 * pace.slowness(), memory_margin=512.0)
            result = run.attack(attack, phases=QUICK, guarantees=generous)
            phases = (result.during, result.after)
            fault.says(
                f"attack: {attack.title}",
                acknowledged=sum(one.count - sum(one.unexpected.values()) for one in phases),
                worst=max(one.worst for one in phases),
            )
            broken[attack.title] = result.broken
            run.recover(result)
    assert broken == {attack.title: [] for attack in registry.SHORT}
