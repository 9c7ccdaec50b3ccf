"""Everything that Redox posts with the right token is answered 200: what can be read reliably is read, the rest is stored as
it came and parked (rules EHR-8 to EHR-14; Redox stops its feed on any status of 400 and above)."""

import codecs

import orjson
import pytest

from kernel import outbox
from kernel.api import bodies
from tests import ehr
from tests.api.test_redox import TOKEN, match, stored_messages
from tests.events import deliver_all

LATIN = "application/json; charset=ISO-8859-1"


def named(text):
    message = ehr.order()
    message["Patient"]["Demographics"]["FirstName"] = text
    return message


def utf8(message):
    return orjson.dumps(message)


class TestEncodings:
    @pytest.mark.parametrize(
        "encoding",
        ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"],
    )
    def test_a_body_that_declares_its_encoding_is_read(self, anonymous, encoding):
        message = named("Zoë Жукова 中")
        raw = utf8(message).decode().encode(encoding)

        assert anonymous.post("/v1/redox", raw, headers=TOKEN).status_code == 200

        (stored,) = stored_messages()
        assert stored["message"] == message

    @pytest.mark.parametrize("mark", [codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE])
    def test_a_byte_order_mark_decides_the_encoding(self, anonymous, mark):
        encoding = "utf-16-be" if mark == codecs.BOM_UTF16_BE else "utf-16-le"
        message = named("Zoë")

        anonymous.post("/v1/redox", mark + utf8(message).decode().encode(encoding), headers=TOKEN)

        assert stored_messages()[0]["message"] == message

    @pytest.mark.parametrize("charset", ["ISO-8859-1", "latin1", "Windows-1252", "us-ascii"])
    def test_a_declared_latin_encoding_is_used_where_the_body_is_not_utf8(self, anonymous, charset):
        raw = utf8(named("Zoë")).decode().encode("cp1252")

        anonymous.post(
            "/v1/redox", raw, headers=TOKEN, content_type=f"application/json; charset={charset}"
        )

        assert stored_messages()[0]["message"]["Patient"]["Demographics"]["FirstName"] == "Zoë"

    def test_utf8_is_read_as_utf8_whatever_is_declared(self, anonymous):
        anonymous.post("/v1/redox", utf8(named("Zoë")), headers=TOKEN, content_type=LATIN)

        assert stored_messages()[0]["message"]["Patient"]["Demographics"]["FirstName"] == "Zoë"

    def test_a_verification_may_have_a_byte_order_mark(self, anonymous):
        body = {"verification-token": "redox-test-token", "challenge": "c-3"}

        response = anonymous.post("/v1/redox", codecs.BOM_UTF8 + utf8(body))

        assert response.json() == {"challenge": "c-3"}


class TestOddMetadata:
    @pytest.mark.parametrize(
        ("test", "kept"),
        [("true", True), ("False", False), (" TRUE ", True), (True, True), ("x", None), (1, None),
         ([], None), (None, None)],
    )  # fmt: skip
    def test_any_value_of_the_test_flag_is_accepted(self, anonymous, test, kept):
        message = ehr.order()
        message["Meta"]["Test"] = test

        assert anonymous.post("/v1/redox", message, headers=TOKEN).status_code == 200
        assert stored_messages()[0]["meta"]["Test"] is kept
        assert stored_messages()[0]["message"] == message

    @pytest.mark.parametrize("odd", ["x", 7, 1.5, True, [], {}, [None], [[]], {"ID": {"a": 1}}])
    @pytest.mark.parametrize(
        "name",
        [
            "Source",
            "Destinations",
            "Logs",
            "Message",
            "Transmission",
            "FacilityCode",
            "EventDateTime",
        ],
    )
    def test_any_value_of_other_metadata_is_accepted(self, anonymous, name, odd):
        message = ehr.order()
        message["Meta"][name] = odd

        assert anonymous.post("/v1/redox", message, headers=TOKEN).status_code == 200
        deliver_all()

        assert stored_messages()[0]["message"] == message
        (record,) = ehr.records()
        assert record["state"] == "failed"
        assert record["lastError"].startswith(("no_source", "no_clinic", "order_unreadable: Meta."))

    @pytest.mark.parametrize("count", [2])
    def test_messages_without_a_log_id_are_never_taken_for_repetitions(self, anonymous, count):
        message = ehr.order()
        message["Meta"]["Logs"] = [{"ID": {"a": 1}}]

        for _ in range(count):
            anonymous.post("/v1/redox", message, headers=TOKEN)

        assert len(stored_messages()) == count


def nested(levels):
    return (
        b'{"Meta":{"DataModel":"Order","EventType":"New"},"a":'
        + b"[" * levels
        + b"]" * levels
        + b"}"
    )


ORDER = utf8(ehr.order())
UNREADABLE = {
    "nothing": (b"", "not JSON"),
    "half of it": (ORDER[:40], "not JSON"),
    "a text": (b"hello", "not JSON"),
    "a list": (b"[1]", "not a JSON object"),
    "null": (b"null", "not a JSON object"),
    "an object": (b"{}", "no Meta"),
    "empty metadata": (b'{"Meta":{}}', "no Meta"),
    "metadata as text": (b'{"Meta":"x"}', "no Meta"),
    "a blank event": (b'{"Meta":{"DataModel":"Order","EventType":" "}}', "no Meta"),
    "a number as model": (b'{"Meta":{"DataModel":1,"EventType":"New"}}', "no Meta"),
    "no number": (ORDER[:-1] + b',"a":NaN}', "not JSON"),
    "an infinite number": (ORDER[:-1] + b',"a":1e400}', "not JSON"),
    "half a character": (ORDER[:-1] + b',"a":"\\ud800"}', "not JSON"),
    "deeper than is kept": (nested(95), "nested too deeply"),
    "deeper than is read": (nested(5000), "not JSON"),
    "an unknown encoding": (utf8(named("Zoë")).decode().encode("cp1252"), "neither UTF-8 nor"),
    "half of UTF-16": (ORDER.decode().encode("utf-16-le")[:-1], "neither UTF-8 nor"),
    "two encodings": (codecs.BOM_UTF8 + b"\xff\xfe{}", "neither UTF-8 nor"),
    "very many parts": (b'{"a":[' + b"0," * 1_000_001 + b"0]}", "more than a million parts"),
    "compressed": (b"\x1f\x8b\x08\x00 \x00\x00", "neither UTF-8 nor"),
}


class TestUnreadable:
    @pytest.mark.yardstick("D5")
    @pytest.mark.parametrize("kind", UNREADABLE)
    def test_an_unreadable_body_is_stored_as_it_came_and_parked_with_its_reason(
        self, anonymous, kind
    ):
        raw, words = UNREADABLE[kind]

        response = anonymous.post("/v1/redox", raw, headers=TOKEN)
        deliver_all()

        assert (response.status_code, response.content) == (200, b"")
        (stored,) = stored_messages()
        assert (stored["raw"], "message" in stored) == (raw, False)
        (record,) = ehr.records()
        assert (record["state"], record["attempts"]) == ("failed", 1)
        assert record["lastError"].startswith(f"message_unreadable: {words}")
        assert outbox.depth()["dead"] == 1

    def test_a_message_too_large_for_the_database_is_stored_raw_and_parked(self, anonymous):
        raw = ORDER[:-1] + b',"a":[' + b"0," * 900_000 + b'0],"b":"' + b"x" * 7_000_000 + b'"}'

        assert anonymous.post("/v1/redox", raw, headers=TOKEN).status_code == 200
        deliver_all()

        assert stored_messages()[0]["raw"] == raw
        (record,) = ehr.records()
        assert record["lastError"] == "message_unreadable: too large for the database"

    @pytest.mark.yardstick("D5")
    def test_a_good_message_after_an_unreadable_one_is_processed(self, anonymous):
        ehr.ehr_patient(ehr.ehr_clinic())
        anonymous.post("/v1/redox", b"{", headers=TOKEN)
        anonymous.post("/v1/redox", ehr.order(), headers=TOKEN)

        deliver_all()

        assert [record["state"] for record in ehr.records()] == ["failed", "done"]

    @pytest.mark.yardstick("T5")
    def test_without_the_token_nothing_is_stored(self, anonymous):
        for raw, _ in UNREADABLE.values():
            assert anonymous.post("/v1/redox", raw).status_code == 401
            headers = {"verification-token": "wrong"}
            assert anonymous.post("/v1/redox", raw, headers=headers).status_code == 401
        assert stored_messages() == []

    @pytest.mark.yardstick("T5")
    def test_a_body_beyond_the_limit_is_refused_before_it_is_read(self, anonymous):
        raw = b" " * (bodies.MESSAGE + 1)

        assert anonymous.post("/v1/redox", raw, headers=TOKEN).status_code == 413
        assert stored_messages() == []

    def test_an_unreadable_message_is_not_matched(self, anonymous, backend):
        anonymous.post("/v1/redox", b"{", headers=TOKEN)

        assert match(backend, stored_messages()[0]["_id"]).status_code == 404


def test_the_last_of_two_members_with_one_name_counts(anonymous):
    raw = ORDER[:-1] + b',"Extra":1,"Extra":2}'

    anonymous.post("/v1/redox", raw, headers=TOKEN)

    assert stored_messages()[0]["message"]["Extra"] == 2
