"""The short form of `make attack` (tests/attack): no one is stopped. Only `make attack` judges speed."""

import sys

import pytest

from tests.attack import meters, registry, setup
from tests.attack.run import Guarantees, Phases, Run

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.processes,
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and all of 127.0.0.0/8"),
]
GENEROUS = Guarantees(worst_seconds=5.0, memory_margin=512.0)
QUICK = Phases(before=0.5, during=3.0, after=1.0)


def test_no_one_else_is_stopped_or_refused_while_someone_attacks(service):
    """One test, because filling the clinics takes longer than an attack."""
    scene = setup.prepare(service.port, patients=500)
    service.start(env={**setup.environment(), "WEB_WORKERS": "2"})
    broken = {}
    with meters.watching(scene.bystander) as watch:
        run = Run(service, scene, watch)
        for attack in registry.SHORT:
            result = run.attack(attack, phases=QUICK, guarantees=GENEROUS)
            broken[attack.title] = result.broken
            run.recover(result)
    assert broken == {attack.title: [] for attack in registry.SHORT}
