"""ViewPDFReport: the page that shows a report, and the PDF in it (rules EHR-200 to EHR-216)."""

import gzip
import io
import re
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson
import pytest
import time_machine
from bson import ObjectId
from pypdf import PdfReader

from kernel import clock, db
from tests import ehr
from tests.cast import Api, QuickClient, described_operations
from tests.factories import make_clinic
from tests.viewer import (
    PAGE,
    READING,
    ask,
    new_token,
    pdf_address,
    query_of,
    subscribed_patient,
)
from tests.xealth import xealth_clinic
from users.services import neighbours
from xealth.representation import viewer, viewer_files

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
INVALID = "unauthorized: invalid or expired token"
NOT_SUBSCRIBED = "unauthorized: patient doesn't have active subscriptions"


@pytest.fixture
def clinic():
    return xealth_clinic()


@pytest.fixture
def patient(clinic):
    return subscribed_patient(clinic, fullName="Tomas & Ana <Weir>")


def token_for_everything(patient):
    return neighbours.restricted_tokens().create_token(patient["userId"], None, None).id


def view(query, **headers):
    return ask(f"{PAGE}?{urlencode(query)}", **headers)


def refused(query):
    """Status and message, of the page and, where both can be asked, of the PDF."""
    answer = Api().get(f"{PAGE}?{urlencode(query)}")
    return answer.status_code, answer.json()["message"]


def data_of(page):
    pattern = r'<script id="report" type="application/json">(.*?)</script>'
    return orjson.loads(re.search(pattern, page.content.decode(), re.DOTALL)[1])


def change_patient(patient, **fields):
    db.collection("patients").update_one({"_id": patient["_id"]}, {"$set": fields})


def change_clinic(clinic, change):
    db.collection("clinics").update_one({"_id": clinic["_id"]}, change)


class TestParameters:
    @pytest.mark.parametrize("name", ["clinicId", "patientId", "restricted_token"])
    def test_a_missing_one_is_named(self, patient, name):
        query = query_of(patient)
        del query[name]
        message = f"Invalid format for parameter {name}: query parameter '{name}' is required"
        assert refused(query) == (400, message)

    def test_they_are_checked_in_the_order_of_the_contract(self):
        for known, missing in (
            ([], "clinicId"),
            (["clinicId"], "patientId"),
            (["clinicId", "patientId"], "restricted_token"),
        ):
            status, message = refused(dict.fromkeys(known, "x"))
            assert (status, f"'{missing}' is required" in message) == (400, True)

    def test_one_that_is_given_twice_is_refused(self, patient):
        query = [*query_of(patient).items(), ("patientId", patient["userId"])]
        assert refused(query)[0] == 400

    def test_they_are_checked_even_where_xealth_is_switched_off(self, settings, patient):
        settings.XEALTH = {**settings.XEALTH, "enabled": False}
        assert refused({})[0] == 400
        assert refused(query_of(patient)) == (404, "not found: Xealth is not enabled")

    @pytest.mark.parametrize("name", ["clinicId", "patientId", "restricted_token"])
    def test_an_empty_one_is_refused(self, patient, name):
        assert refused(query_of(patient, **{name: ""}))[0] == 400


class TestTokens:
    """The page and the PDF ask the same function; tests/services/test_report_tokens.py has all its cases."""

    def answers(self, patient, token_id):
        page = view(query_of(patient, restricted_token=token_id))
        pdf = ask(pdf_address(patient, token_id))
        return {
            (page.status_code, page.json()["message"]),
            (pdf.status_code, pdf.json()["message"]),
        }

    def test_an_unknown_one_is_refused(self, patient):
        assert self.answers(patient, "0" * 32) == {(401, INVALID)}

    def test_an_expired_one_is_refused(self, patient):
        token_id = new_token(patient)
        with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=1)):
            assert self.answers(patient, token_id) == {(401, INVALID)}

    def test_a_revoked_one_is_refused(self, patient):
        token_id = new_token(patient)
        neighbours.restricted_tokens().delete_token(token_id)
        assert self.answers(patient, token_id) == {(401, INVALID)}

    def test_one_of_another_patient_of_the_clinic_is_refused(self, clinic, patient):
        other = subscribed_patient(clinic, mrn="RT-5532")
        assert self.answers(patient, new_token(other)) == {(401, INVALID)}

    def test_one_for_another_clinic_of_the_patient_is_refused(self, patient):
        other_clinic = make_clinic(ehrSettings={"enabled": True, "provider": "xealth"})
        elsewhere = subscribed_patient(other_clinic, userId=patient["userId"])
        assert self.answers(patient, new_token(elsewhere)) == {(401, INVALID)}

    def test_one_that_was_mailed_to_connect_a_device_is_refused(self, patient):
        tokens = neighbours.restricted_tokens()
        mailed = tokens.create_token(patient["userId"], ("/v1/oauth/dexcom",), None).id
        assert self.answers(patient, mailed) == {(401, INVALID)}

    def test_one_opens_the_report_again_until_it_expires(self, patient):
        query = query_of(patient)
        assert [view(query).status_code for _ in range(2)] == [200, 200]

    def test_it_opens_nothing_else_of_the_api(self, patient):
        """No operation takes it, not in the query and not as a session token."""
        token_id = new_token(patient)
        ids = {"clinicId": str(patient["clinicId"]), "patientId": patient["userId"]}
        for name, (method, path, _) in described_operations().items():
            if name.startswith(("ViewPDFReport", "VerifyEndpoint")):
                continue
            url = re.sub(r"{(\w+)}", lambda found: ids.get(found[1], patient["userId"]), path)
            plain = Api().request(method, url).status_code
            answer = Api().request(method, f"{url}?restricted_token={token_id}")
            assert answer.status_code == plain, name
            assert Api(token_id).request(method, url).status_code >= 400, name


class TestRecords:
    def test_a_clinic_or_a_patient_that_does_not_exist_is_404(self, clinic, patient):
        token_id = token_for_everything(patient)
        for change in ({"clinicId": ObjectId()}, {"clinicId": "x"}):
            query = query_of(patient, restricted_token=token_id, **change)
            assert refused(query) == (404, "clinic not found")
        query = query_of(patient)
        db.collection("patients").delete_one({"_id": patient["_id"]})
        assert refused(query)[0] == 404

    @pytest.mark.parametrize(
        "change",
        [
            {"$unset": {"ehrSettings": 1}},
            {"$set": {"ehrSettings": None}},
            {"$set": {"ehrSettings": {"provider": "xealth"}}},
            {"$set": {"ehrSettings": {"enabled": False, "provider": "xealth"}}},
        ],
        ids=["none", "null", "without a word", "disabled"],
    )
    @pytest.mark.foreign_documents
    def test_a_clinic_without_an_active_connection_is_401(self, clinic, patient, change):
        change_clinic(clinic, change)
        assert refused(query_of(patient)) == (401, NOT_SUBSCRIBED)

    @pytest.mark.parametrize(
        "subscriptions",
        [
            None,
            {},
            {"xealthReports": None},
            {"xealthReports": {"active": False, "provider": "xealth", "matchedMessages": []}},
            {"summaryAndReports": {"active": True, "provider": "redox", "matchedMessages": []}},
        ],
        ids=["null", "none", "empty", "inactive", "of Redox"],
    )
    @pytest.mark.foreign_documents
    def test_a_patient_without_an_active_subscription_is_401(self, patient, subscriptions):
        change_patient(patient, ehrSubscriptions=subscriptions)
        assert refused(query_of(patient)) == (401, NOT_SUBSCRIBED)
        assert ask(pdf_address(patient)).status_code == 401

    @pytest.mark.parametrize(
        ("field", "words"),
        [("mrn", "mrn"), ("birthDate", "date of birth"), ("fullName", "full name")],
    )
    @pytest.mark.parametrize("value", [None, "", 7])
    @pytest.mark.foreign_documents
    def test_a_record_that_does_not_name_a_person_is_422(self, patient, field, words, value):
        change_patient(patient, **{field: value})
        assert refused(query_of(patient)) == (422, f"constraint violation: {words} is missing")
        assert ask(pdf_address(patient)).status_code == 422


class TestPage:
    def test_it_shows_the_report_of_this_service_without_naming_the_patient_in_an_address(
        self, patient
    ):
        query = query_of(patient)
        page = view(query)
        assert page.status_code == 200
        assert page["Content-Type"] == "text/html; charset=utf-8"
        path = f"/v1/xealth/report/clinics/{patient['clinicId']}/patients/{patient['userId']}/report.pdf"
        url = f"{path}?restricted_token={query['restricted_token']}"
        assert data_of(page) == {"url": url, "files": viewer.files_address()}
        assert "Weir" not in page.content.decode()

    def test_it_shows_the_report_of_the_report_service(self, settings, patient):
        settings.EXPORT_ADDRESS = "http://export:9301"
        settings.APPLICATION_URL = "https://app.example.org"
        query = query_of(patient)
        url = data_of(view(query))["url"]
        assert urlsplit(url)._replace(query="").geturl() == (
            f"https://app.example.org/export/report/{patient['userId']}"
        )
        assert parse_qsl(urlsplit(url).query) == [
            ("bgUnits", "mg/dL"),
            ("dob", "1979-09-30"),
            ("endDate", "2024-05-20T13:45:10Z"),
            ("fullName", "Tomas & Ana <Weir>"),
            ("inline", "true"),
            ("mrn", "RT-5531"),
            ("reports", "all"),
            ("restricted_token", query["restricted_token"]),
            ("startDate", "2024-05-06T13:45:10Z"),
            ("tzName", "US/Central"),
            ("userId", patient["userId"]),
        ]

    def test_the_report_service_is_told_nothing_that_is_not_set(self, settings, clinic):
        settings.EXPORT_ADDRESS = "http://export:9301"
        change_clinic(clinic, {"$unset": {"PreferredBgUnits": 1, "timezone": 1}})
        query = query_of(subscribed_patient(clinic, summary=None))
        names = {name for name, _ in parse_qsl(urlsplit(data_of(view(query))["url"]).query)}
        assert names == {
            *("dob", "fullName", "inline", "mrn", "reports", "restricted_token", "userId")
        }

    def test_the_period_ends_with_the_later_of_both_kinds_of_readings(self, settings, clinic):
        settings.EXPORT_ADDRESS = "http://export:9301"
        later = READING + timedelta(days=3)
        summary = {**ehr.summary(uploaded=READING), **ehr.summary(uploaded=later, bgm=True)}
        url = data_of(view(query_of(subscribed_patient(clinic, summary=summary))))["url"]
        assert dict(parse_qsl(urlsplit(url).query))["endDate"] == "2024-05-23T13:45:10Z"

    def test_values_cannot_end_the_script(self, settings, clinic):
        settings.EXPORT_ADDRESS = "http://export:9301"
        settings.APPLICATION_URL = "https://app.example.org/</script><script>alert(1)//"
        page = view(
            query_of(subscribed_patient(clinic, fullName="</script><script>alert(2)</script>"))
        )
        html = page.content.decode()
        assert "alert(1)" in data_of(page)["url"]
        assert "<script>alert" not in html
        assert html.count("<script") == html.count("</script") == 4

    def test_headers_forbid_everything_that_the_page_does_not_need(self, patient):
        page = view(query_of(patient))
        policy = dict(part.split(" ", 1) for part in page["Content-Security-Policy"].split("; "))
        assert policy == {
            "default-src": "'none'",
            "base-uri": "'none'",
            "form-action": "'none'",
            "script-src": "'self'",
            "worker-src": "'self'",
            "style-src": "'self'",
            "font-src": "'self'",
            "img-src": "'self' blob: data:",
            "connect-src": "'self'",
            "frame-ancestors": "https://*.xealth.io",
        }
        assert page["Referrer-Policy"] == "no-referrer"
        assert page["Cache-Control"] == "no-store"
        assert page["X-Content-Type-Options"] == "nosniff"
        assert "X-Frame-Options" not in page

    @pytest.mark.parametrize(
        ("ancestors", "directive"),
        [
            (["https://ehr.example.org", "'self'"], "https://ehr.example.org 'self'"),
            ([], "'none'"),
        ],
    )
    def test_who_may_frame_it_is_a_setting(self, settings, patient, ancestors, directive):
        settings.XEALTH = {**settings.XEALTH, "frame_ancestors": ancestors}
        assert f"frame-ancestors {directive}" in view(query_of(patient))["Content-Security-Policy"]

    def test_it_has_no_script_of_its_own_inside_and_names_no_other_host(self, patient):
        html = view(query_of(patient)).content.decode()
        scripts = re.findall(r"<script([^>]*)>", html)
        assert len(scripts) == 4
        assert all("src=" in script or "application/json" in script for script in scripts)
        assert not re.search(r"<style|\sstyle=|\son\w+=", html)
        loaded = re.findall(r'<(?:link|script|img|iframe)[^>]*(?:src|href)="([^"]*)"', html)
        assert loaded.pop(0) == "data:,"  # no icon
        assert len(loaded) == 6
        assert all(name.startswith(viewer.files_address()) for name in loaded)

    def test_every_file_that_it_names_is_served(self, patient):
        html = view(query_of(patient)).content.decode()
        for name in re.findall(r'(?:src|href)="(/[^"]+)"', html):
            assert QuickClient().get(name).status_code == 200, name

    @pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
    def test_other_methods_are_405(self, method):
        answer = getattr(Api(), method)(PAGE)
        assert (answer.status_code, answer.json()["message"]) == (405, "Method Not Allowed")


class TestPdf:
    def test_it_is_the_report_that_notes_carry(self, patient):
        answer = ask(pdf_address(patient))
        assert answer.status_code == 200
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
        assert "RT-5531" in text
        assert "Tomas & Ana <Weir>" in text

    def test_a_patient_without_data_has_a_report_too(self, clinic):
        answer = ask(pdf_address(subscribed_patient(clinic, summary=None)))
        assert answer.content.startswith(b"%PDF")

    def test_headers_keep_it_out_of_every_cache_and_page(self, patient):
        answer = ask(pdf_address(patient))
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"] == 'inline; filename="report.pdf"'
        assert answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]

    def test_a_token_is_required(self, patient):
        path = pdf_address(patient).partition("?")[0]
        assert Api().get(path).status_code == 400
        assert Api().get(f"{path}?restricted_token=").status_code == 400

    def test_with_a_report_service_there_is_none_here(self, settings, patient):
        path = pdf_address(patient).partition("?")[0]
        settings.EXPORT_ADDRESS = "http://export:9301"
        answer = ask(f"{path}?restricted_token={new_token(patient)}")
        message = "not found: the report service has the report"
        assert (answer.status_code, answer.json()["message"]) == (404, message)

    def test_where_xealth_is_switched_off_there_is_none(self, settings, patient):
        settings.XEALTH = {**settings.XEALTH, "enabled": False}
        assert ask(pdf_address(patient)).status_code == 404


class TestRefusalsInABrowser:
    def test_a_person_reads_a_page_with_the_words_of_the_api(self, patient):
        page = view(query_of(patient, restricted_token="0" * 32), **BROWSER)
        html = page.content.decode()
        assert page.status_code == 401
        assert page["Content-Type"] == "text/html; charset=utf-8"
        assert "open the report again" in html
        assert INVALID in html
        assert page["Referrer-Policy"] == "no-referrer"
        assert page["Cache-Control"] == "no-store"
        assert "default-src 'none'" in page["Content-Security-Policy"]
        assert "frame-ancestors https://*.xealth.io" in page["Content-Security-Policy"]

    def test_a_refusal_as_json_names_no_address_either(self, patient):
        answer = view(query_of(patient, restricted_token="0" * 32))
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["Cache-Control"] == "no-store"


class TestFiles:
    def file(self, name, version=None, **headers):
        base = f"{viewer.FILES}/{version or viewer_files.version()}"
        return QuickClient().get(f"{base}/{name}", headers=headers)

    @pytest.mark.parametrize(
        ("name", "content_type"),
        [
            ("report.js", "text/javascript; charset=utf-8"),
            ("report.css", "text/css; charset=utf-8"),
            ("build/pdf.worker.mjs", "text/javascript; charset=utf-8"),
            ("web/locale/en-US/viewer.ftl", "text/plain; charset=utf-8"),
            ("web/images/loading.svg", "image/svg+xml"),
            ("web/cmaps/78-H.bcmap", "application/octet-stream"),
            ("web/standard_fonts/FoxitFixed.pfb", "application/x-font-type1"),
            ("web/wasm/openjpeg.wasm", "application/wasm"),
        ],
    )
    def test_they_need_no_credential_and_are_kept_for_a_year(self, name, content_type):
        answer = self.file(name)
        assert answer.status_code == 200
        assert answer["Content-Type"] == content_type
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer["X-Content-Type-Options"] == "nosniff"

    def test_those_of_another_version_are_not_kept(self):
        answer = self.file("report.js", version="6.0.0-00000000")
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "no-store"

    def test_texts_are_compressed_for_those_who_accept_it(self):
        plain, packed = (
            self.file("report.js"),
            self.file("report.js", **{"Accept-Encoding": "gzip"}),
        )
        assert packed["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.content) == plain.content
        assert plain["Vary"] == packed["Vary"] == "Accept-Encoding"
        assert "Content-Encoding" not in plain
        picture = self.file("web/wasm/openjpeg.wasm", **{"Accept-Encoding": "gzip"})
        assert "Content-Encoding" not in picture

    @pytest.mark.parametrize(
        "name",
        [
            "web/viewer.html",
            "web/debugger.mjs",
            "build/pdf.sandbox.mjs",
            "build/pdf.mjs.map",
            "web/../../__init__.py",
            "../report.js",
            "/etc/passwd",
            "VERSION",
            "x",
        ],
    )
    def test_nothing_else_is_served(self, name):
        answer = self.file(name)
        assert (answer.status_code, answer.json()) == (400, {"message": "session token is missing"})

    def test_other_methods_are_answered_like_an_unknown_path(self):
        url = f"{viewer.FILES}/{viewer_files.version()}/report.js"
        assert QuickClient().post(url).json() == {"message": "session token is missing"}
        assert QuickClient().head(url).status_code == 200
