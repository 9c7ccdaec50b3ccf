"""Clinics, members and patients as the other service writes them."""

from datetime import timedelta
from random import Random

from bson import ObjectId

from tests.other_service.summaries import summary

CODE = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
FIRST_NAMES = (
    "Ada",
    "ADA",
    "Zoë",
    "Zoe\u0308",
    "José",
    "Béla",
    "Björn",
    "Iris",
    "iris",
    "Lin",
    "Noor",
    "Max",
)
LAST_NAMES = (
    "Example",
    "Sample",
    "Muster",
    "O'Neil",
    "Van-der-Berg",
    "García",
    "Test",
    "de la Cruz",
)
PROVIDERS = ("dexcom", "dexcom", "twiist", "abbott", "strava")
STATES = ("pending", "pendingReconnect", "connected", "disconnected", "error")
PRESETS = ("adaStandard", "adaStandard", "adaPregnancyType1", "adaPregnancyType2", "adaHighRisk")
ALL_GRANTED = {"custodian": {}, "view": {}, "upload": {}, "note": {}}
TIER, LIMIT = "tier0100", 250


class Inventor:
    """Everything follows from the seed, the ids too: their order says nothing about that of creation."""

    def __init__(self, seed, now):
        self.dice, self.now = Random(seed), now

    def object_id(self):
        return ObjectId(self.dice.randbytes(12))

    def user_id(self):
        text = self.dice.randbytes(16).hex()
        uuid = "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
        return self.dice.choice([text[:10], uuid])

    def moment(self, *, days=900):
        return self.now - timedelta(minutes=self.dice.randint(1, days * 24 * 60))

    # --- clinics and their members
    def clinic(self, **fields):
        code = "-".join("".join(self.dice.choices(CODE, k=4)) for _ in range(3))
        created = self.moment()
        return {
            "_id": self.object_id(),
            "name": "Lakeside Clinic",
            "country": "US",
            "phoneNumbers": None,
            "timezone": None,
            "PreferredBgUnits": "mg/dL",
            "canonicalShareCode": code,
            "shareCodes": [code],
            "admins": [],
            "isMigrated": True,
            "tier": TIER,
            "patientCountSettings": {"hardLimit": {"plan": LIMIT}},
            "createdTime": created,
            "updatedTime": created,
            **fields,
        }

    def tag(self, name):
        return {"_id": self.object_id(), "name": name}

    def site(self, name):
        return {"id": self.object_id(), "name": name}

    def clinician(self, clinic, **fields):
        user_id = self.user_id()
        return {
            "_id": self.object_id(),
            "clinicId": clinic["_id"],
            "userId": user_id,
            "email": f"{user_id}@example.org",
            "name": None,
            "roles": ["CLINIC_MEMBER"],
            "createdTime": self.moment(),
            "updatedTime": self.moment(),
            **fields,
        }

    # --- patients
    def patient(self, clinic, **fields):
        """A record with what the service always writes, and by chance what it writes if it is set."""
        chosen = {name: make() for name, make in self._optional(clinic).items() if self._is_set()}
        created = self.moment()
        return {
            "_id": self.object_id(),
            "clinicId": clinic["_id"],
            "userId": self.user_id(),
            **self.person(),
            "targetDevices": None,
            "requireUniqueMrn": (clinic.get("mrnSettings") or {}).get("unique", False),
            "createdTime": created,
            "updatedTime": created,
            **chosen,
            **fields,
        }

    def _is_set(self):
        return self.dice.random() < 0.6

    def _optional(self, clinic):
        return {
            "permissions": self.permissions,
            "tags": lambda: self.tags_of(clinic),
            "sites": lambda: self.sites_of(clinic),
            "dataSources": self.sources,
            "summary": lambda: summary(self.dice, self.now),
            "reviews": self.reviews,
            "glycemicRanges": self.ranges,
            "diagnosisType": lambda: self.dice.choice(["type1", "type2", "lada", ""]),
        }

    def person(self):
        first, last = self.dice.choice(FIRST_NAMES), self.dice.choice(LAST_NAMES)
        number = self.dice.randint(10_000, 10**9)
        return {
            "birthDate": f"{self.dice.randint(1930, 2020)}-0{self.dice.randint(1, 9)}-{self.dice.randint(10, 28)}",
            "email": self.dice.choice([None, f"p{number}@example.org"]),
            "fullName": f"{first} {last}",
            "mrn": self.dice.choice([None, f"{self.dice.choice('AaXx')}{number}"]),
        }

    def permissions(self):
        shared = {name: {} for name in ("view", "upload", "note") if self._is_set()}
        return self.dice.choice([dict(ALL_GRANTED), shared])

    def tags_of(self, clinic):
        ids = [tag["_id"] for tag in clinic.get("patientTags") or []]
        return self.dice.sample(ids, self.dice.randint(0, min(3, len(ids))))

    def sites_of(self, clinic):
        """With the number of patients that the clinic's copy happened to hold."""
        sites = clinic.get("sites") or []
        chosen = self.dice.sample(sites, self.dice.randint(0, min(2, len(sites))))
        counts = ({"patients": self.dice.randint(1, 99)} if self._is_set() else {} for _ in chosen)
        return [{**site, **count} for site, count in zip(chosen, counts, strict=True)]

    def sources(self):
        """Those that the worker copies all carry the id of the one that changed."""
        copied = self.object_id()
        return [self._source(copied) for _ in range(self.dice.choice((1, 1, 2)))]

    def _source(self, copied):
        source = {"providerName": self.dice.choice(PROVIDERS), "state": self.dice.choice(STATES)}
        if source["state"].startswith("pending"):
            return {
                **source,
                "expirationTime": self.now + timedelta(days=self.dice.randint(-9, 30)),
            }
        times = {"modifiedTime": self.moment(), "latestDataTime": self.moment(days=9)}
        return {"dataSourceId": copied, **times, **source}

    def reviews(self):
        times = sorted((self.moment(days=4) for _ in range(self.dice.choice((1, 2)))), reverse=True)
        return [{"clinicianId": self.user_id(), "time": time} for time in times]

    def ranges(self):
        if self.dice.random() < 0.8:
            return {"type": "preset", "preset": self.dice.choice(PRESETS)}
        bound = {"value": 3.9000000953674316, "units": "mmol/L"}
        threshold = {"name": "low", "upperBound": bound, "inclusive": False}
        return {"type": "custom", "custom": {"name": "Her own", "thresholds": [threshold]}}
