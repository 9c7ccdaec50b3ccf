"""Which clinic a person means: its id, its share code in any spelling, or words of its name."""

from collections.abc import Sequence

from bson import ObjectId
from django.forms import ValidationError
from django.http import HttpRequest

from clinic_records.admin import readable_clinics
from clinic_records.services import access
from clinics.services import staff_reads
from clinics.services.staff_reads import ClinicFilter
from kernel import copied_texts, ids, texts
from kernel.db import Document
from kernel.staff import meant as filters

MOST_FOUND = filters.MOST_FOUND
NONE = "No clinic has this name, share code or id."
SEVERAL = "Several clinics have it in their names. Type the share code:"
HELP = "Its share code, id, or words of its name."
_LONGEST = 200


def normal(typed: str) -> str:
    return copied_texts.meant_by(texts.name(typed.replace("\0", ""))[:_LONGEST])


def list_meant(
    typed: str, *, besides: ObjectId | None = None, limit: int = MOST_FOUND
) -> list[Document]:
    """The clinic with this id or share code, else those with these words in their names, as they are stored."""
    typed = normal(typed)
    if not typed:
        return []
    exact = ids.parse_id(typed) or staff_reads.find_id_of_code(typed)
    if exact is not None:
        found = access.find_clinic(exact)
        return [found] if found is not None and exact != besides else []
    rows, _ = staff_reads.list_clinics(
        ClinicFilter(name=typed), newest_first=False, skip=0, limit=limit + 1
    )
    return [row for row in rows if row["_id"] != besides][:limit]


def only(stored: Sequence[Document], *, none: str = NONE) -> Document:
    """Raises ValidationError, with `none` as its text if there is no clinic."""
    found = [readable_clinics.clinic(clinic) for clinic in stored]
    if len(found) != 1:
        several = f"{SEVERAL} {', '.join(map(named, found))}."
        raise ValidationError(several if found else none, code="unknown")
    return found[0]


def named(clinic: Document) -> str:
    return f"{clinic.get('name') or clinic['_id']} ({clinic.get('canonicalShareCode')})"


def _for_filters(_request: HttpRequest, typed: str) -> filters.Found:
    found = map(readable_clinics.clinic, list_meant(typed, limit=MOST_FOUND + 1))
    return filters.Found(
        [
            filters.Candidate(
                str(clinic["_id"]), clinic.get("name") or "", clinic.get("canonicalShareCode") or ""
            )
            for clinic in found
        ]
    )


filters.KINDS["clinic"] = filters.Kind(
    _for_filters, is_id=lambda typed: ids.parse_id(typed) is not None, none=NONE
)
