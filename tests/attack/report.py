"""The results as lines for people."""

from tests.attack.meters import Figures
from tests.attack.run import Result

_NAMES = ("median", "95 %", "worst", "requests", "own lag", "worst of")


def header() -> str:
    return f"{'the bystander, in ms':<28}" + "".join(f"{name:>10}" for name in _NAMES)


def line(title: str, figures: Figures) -> str:
    times = (figures.median, figures.high, figures.worst)
    cells = [*(f"{seconds * 1000:.1f}" for seconds in times), str(figures.count)]
    cells += [f"{figures.late * 1000:.1f}", figures.slowest]
    unexpected = "  " + _list(figures.unexpected) if figures.unexpected else ""
    return f"{title:<28}" + "".join(f"{cell:>10}" for cell in cells) + unexpected


def result(outcome: Result) -> str:
    before, peak, after = outcome.memory
    lines = [
        f"\n{outcome.title}",
        line("  before", outcome.before),
        line("  during", outcome.during),
        line("  after", outcome.after),
        f"  memory: {before:.0f} MB before, {peak:.0f} at most, {after:.0f} after",
        f"  the attackers got {_list(outcome.outcomes)} ({outcome.cpu:.1f} s of CPU)",
        *(f"  BROKEN  {text}" for text in outcome.broken),
    ]
    return "\n".join(lines)


def summary(results: list[Result]) -> str:
    lines = [f"\n{'median before, during; worst during (ms); memory +peak, +after (MB)':<68}"]
    for result in results:
        before, peak, after = result.memory
        times = (result.before.median, result.during.median, result.during.worst)
        cells = [f"{seconds * 1000:.0f}" for seconds in times]
        cells += [f"{peak - before:+.0f}", f"{after - before:+.0f}"]
        verdict = "BROKEN" if result.broken else "held"
        lines.append(
            f"{result.title:<68}" + "".join(f"{cell:>8}" for cell in cells) + f"  {verdict}"
        )
    broken = sum(bool(result.broken) for result in results)
    return "\n".join([*lines, f"{broken} of {len(results)} attacks broke a guarantee"])


def _list(counts: dict[str, int]) -> str:
    return ", ".join(f"{word} x {count}" for word, count in sorted(counts.items())) or "nothing"
