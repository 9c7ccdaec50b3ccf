"""Sites: all of the source come into the target, where no two may have one name (rules MERGE-13 and MERGE-14).

First the sites whose names are free take their places, then the others get the next free number. So of "A" and
"A (2)" in the source, with an "A" in the target, only the first is renamed.
"""

from collections.abc import Iterator, Mapping

from bson import ObjectId

from kernel import texts
from merges.choices import SiteAction
from merges.plan.model import Clinic, Site, SitePlan


def plan_sites(source: Clinic, target: Clinic) -> tuple[SitePlan, ...]:
    names = resulting_names(source, target)
    return (
        *_of_source(source, names),
        *(SitePlan(site, SiteAction.RETAIN, target.name, site.name) for site in target.sites),
    )


def _of_source(source: Clinic, names: Mapping[ObjectId, str]) -> Iterator[SitePlan]:
    for site in source.sites:
        name = names[site.id]
        action = SiteAction.MOVE if name == site.name else SiteAction.RENAME
        yield SitePlan(site, action, source.name, name)


def resulting_names(source: Clinic, target: Clinic) -> dict[ObjectId, str]:
    """The name in the target of each site of the source."""
    taken = {texts.key(site.name) for site in target.sites}
    names: dict[ObjectId, str] = {}
    waiting: list[Site] = []
    for site in source.sites:
        if texts.key(site.name) in taken:
            waiting.append(site)
        else:
            names[site.id] = site.name
            taken.add(texts.key(site.name))
    for site in waiting:
        names[site.id] = texts.free_name(site.name, taken)
        taken.add(texts.key(names[site.id]))
    return names
