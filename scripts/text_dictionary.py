"""Train the dictionary with which texts of answers are compressed (patients/compressed_texts.py).

python -m scripts.text_dictionary
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime

PATIENTS = 2000
SIZE = 4096


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinics_site.settings")
    import django

    django.setup()
    from backports import zstd

    from patients import compressed_texts

    dictionary = zstd.train_dict(list(_texts()), SIZE)
    compressed_texts.DICTIONARY.write_bytes(dictionary.dict_content)
    print(f"{len(dictionary)} bytes written to {compressed_texts.DICTIONARY.name}")


def _texts() -> Iterator[bytes]:
    from bson import ObjectId

    from kernel.api.rendering import encode
    from patients.services.demo_patients import Surroundings, invent_patients
    from patients.summary_answers import parts_of, shown

    surroundings = Surroundings(clinic_id=ObjectId(b"\1" * 12))
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    for person in invent_patients(surroundings, count=PATIENTS, seed=1, now=moment):
        for name, part in parts_of(person).items():
            yield encode(shown(name, part))


if __name__ == "__main__":
    main()
