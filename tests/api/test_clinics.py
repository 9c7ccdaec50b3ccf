"""Clinics: create, read, change (behaviour note clinics, 3)."""

import re

from clinics_site.core import db


def stored(clinic):
    from bson import ObjectId

    return db.collection("clinics").find_one({"_id": ObjectId(clinic["id"])})


def test_the_creator_becomes_the_only_admin(ada, clinic):
    assert stored(clinic)["admins"] == [ada.user_id]
    assert re.fullmatch(r"([A-HJ-NP-Z2-9]{4}-){2}[A-HJ-NP-Z2-9]{4}", clinic["shareCode"])
    assert clinic["canMigrate"] is False


def test_any_signed_in_user_may_read_a_clinic(clinic, eve, backend):
    for caller in (eve.api, backend):
        response = caller.get(f"/v1/clinics/{clinic['id']}")
        assert response.status_code == 200
        assert response.json()["name"] == clinic["name"]
