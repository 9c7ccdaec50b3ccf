"""The layer above the generated code, against answers that are made here. What a service answers is tried by
`make clients`."""

import unittest

import httpx
from clinics_client import (
    BadRequest,
    ClinicsError,
    NotFound,
    PaymentRequired,
    ServiceUnavailable,
    TooManyRequests,
    Unauthorized,
    connect,
    done,
    log_in,
    pages,
)
from clinics_client.generated.api.clinics import (
    delete_patient,
    get_clinic,
    list_clinicians,
    list_patients,
)
from clinics_client.retries import RetryingTransport

ADDRESS = "http://clinics.test"
TIMES = {"createdTime": "2026-01-01T00:00:00Z", "updatedTime": "2026-01-01T00:00:00Z"}


class Service(httpx.BaseTransport):
    """Gives its answers in turn, and keeps what it was asked."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.answers.pop(0)


def failure(status: int, body: object, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json=body, headers=named)


def clinician(number: int) -> dict[str, object]:
    return {"id": f"{number:010d}", "email": f"{number}@example.org", "roles": [], **TIMES}


class Errors(unittest.TestCase):
    def fail_with(self, answer: httpx.Response, kind: type[ClinicsError]) -> ClinicsError:
        with connect(ADDRESS, "t", transport=Service(answer)) as clinics:
            with self.assertRaises(kind) as caught:
                get_clinic.sync("c", client=clinics)
        return caught.exception

    def test_a_failure_of_the_clinic_side_has_its_message_and_request_id(self) -> None:
        answer = failure(404, {"message": "clinic not found"}, x_tidepool_trace_request="abc")
        error = self.fail_with(answer, NotFound)
        self.assertEqual((error.status, error.message), (404, "clinic not found"))
        self.assertEqual(error.request_id, "abc")
        self.assertEqual(str(error), "404: clinic not found (request abc)")

    def test_a_failure_of_the_confirmation_api_has_its_reason(self) -> None:
        error = self.fail_with(failure(400, {"code": 400, "reason": "bad key"}), BadRequest)
        self.assertEqual(error.message, "bad key")

    def test_what_a_proxy_answers_is_an_error_with_the_words_of_its_status(self) -> None:
        for content in (b"<html>", b"[]", b'{"message": 1}', b""):
            error = self.fail_with(httpx.Response(502, content=content), ClinicsError)
            self.assertEqual((error.status, error.message), (502, "Bad Gateway"))

    def test_plan_limit_is_an_error_of_its_own(self) -> None:
        self.fail_with(failure(402, {"message": "payment required"}), PaymentRequired)

    def test_a_log_in_that_is_refused(self) -> None:
        service = Service(failure(401, {"code": 401, "reason": "no match"}))
        with self.assertRaises(Unauthorized):
            log_in(ADDRESS, "kim@example.org", "wrong", transport=service)


class LogIn(unittest.TestCase):
    def test_token_and_user_of_the_answer_are_used(self) -> None:
        answer = httpx.Response(
            200, json={"userid": "c0ffee1234"}, headers={"x-tidepool-session-token": "secret"}
        )
        service = Service(answer, failure(404, {"message": "clinic not found"}))
        with log_in(ADDRESS + "/", "kim@example.org", "pass", transport=service) as clinics:
            self.assertEqual(clinics.user_id, "c0ffee1234")
            with self.assertRaises(NotFound):
                get_clinic.sync("c", client=clinics)
        first, second = service.requests
        self.assertTrue(first.headers["authorization"].startswith("Basic "))
        self.assertEqual(second.headers["x-tidepool-session-token"], "secret")
        self.assertNotIn("authorization", second.headers)

    def test_an_answer_of_something_else_is_an_error_and_no_log_in(self) -> None:
        token = {"x-tidepool-session-token": "secret"}
        for answer in (
            httpx.Response(200, text="<html>Welcome</html>"),
            httpx.Response(200, json=[], headers=token),
            httpx.Response(200, json={"userid": "c0ffee1234"}),
            httpx.Response(301, headers={"location": "https://elsewhere.example"}),
        ):
            with self.assertRaises(ClinicsError) as caught:
                log_in(ADDRESS, "kim@example.org", "pass-word", transport=Service(answer))
            self.assertNotIn("pass-word", str(caught.exception))

    def test_a_client_that_is_printed_shows_no_token(self) -> None:
        service = Service(failure(404, {"message": "clinic not found"}))
        with connect(ADDRESS, "a-secret-token", user_id="c0ffee1234", transport=service) as clinics:
            with self.assertRaises(NotFound) as caught:
                get_clinic.sync("c", client=clinics)
        for shown in (repr(clinics), str(clinics), f"{[clinics]}", repr(caught.exception)):
            self.assertNotIn("a-secret-token", shown)


class Retries(unittest.TestCase):
    def ask(self, method: str, *answers: httpx.Response) -> tuple[int, int, list[float]]:
        """The status at the end, the number of requests, and what was waited."""
        waits: list[float] = []
        service = Service(*answers)
        transport = RetryingTransport(service, sleep=waits.append)
        with httpx.Client(transport=transport) as client:
            status = client.request(method, ADDRESS).status_code
        return status, len(service.requests), waits

    def test_waits_as_long_as_the_service_says(self) -> None:
        busy = failure(429, {}, retry_after="7")
        self.assertEqual(self.ask("GET", busy, httpx.Response(200)), (200, 2, [7.0]))

    def test_waits_longer_each_time_when_the_service_says_nothing(self) -> None:
        down = [failure(503, {}) for _ in range(3)]
        self.assertEqual(self.ask("GET", *down), (503, 3, [0.5, 1.0]))

    def test_does_not_wait_for_minutes(self) -> None:
        busy = failure(429, {}, retry_after="600")
        self.assertEqual(self.ask("GET", busy), (429, 1, []))

    def test_what_changes_something_is_sent_once(self) -> None:
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            down = failure(503, {}, retry_after="1")
            self.assertEqual(self.ask(method, down), (503, 1, []))

    def test_other_failures_are_answered_at_once(self) -> None:
        for status in (400, 404, 409, 500):
            self.assertEqual(self.ask("GET", failure(status, {})), (status, 1, []))

    def test_the_error_at_the_end_says_how_long_to_wait(self) -> None:
        service = Service(failure(503, {"message": "down"}, retry_after="99"))
        with connect(ADDRESS, "t", transport=service) as clinics:
            with self.assertRaises(ServiceUnavailable) as caught:
                delete_patient.sync_detailed("c", "p", client=clinics)
        self.assertEqual(caught.exception.retry_after, 99)

    def test_a_client_has_them(self) -> None:
        service = Service(failure(429, {}, retry_after="0"), failure(429, {}, retry_after="60"))
        with connect(ADDRESS, "t", transport=service) as clinics:
            with self.assertRaises(TooManyRequests):
                get_clinic.sync("c", client=clinics)
        self.assertEqual(len(service.requests), 2)


class Pages(unittest.TestCase):
    def test_asks_until_a_page_is_not_full(self) -> None:
        first = httpx.Response(200, json=[clinician(1), clinician(2)])
        last = httpx.Response(200, json=[clinician(3)])
        service = Service(first, last)
        with connect(ADDRESS, "t", transport=service) as clinics:
            found = list(pages(list_clinicians.sync, "c", client=clinics, limit=2, search="x"))
        self.assertEqual([one.email for one in found], [f"{n}@example.org" for n in (1, 2, 3)])
        queries = [dict(request.url.params) for request in service.requests]
        self.assertEqual(
            queries,
            [
                {"search": "x", "limit": "2", "offset": "0"},
                {"search": "x", "limit": "2", "offset": "2"},
            ],
        )

    def test_a_full_last_page_is_followed_by_an_empty_one(self) -> None:
        service = Service(httpx.Response(200, json=[clinician(1)]), httpx.Response(200, json=[]))
        with connect(ADDRESS, "t", transport=service) as clinics:
            self.assertEqual(
                len(list(pages(list_clinicians.sync, "c", client=clinics, limit=1))), 1
            )

    def test_patients_come_out_of_their_envelope(self) -> None:
        service = Service(httpx.Response(200, json={"data": [], "meta": {"count": 0}}))
        with connect(ADDRESS, "t", transport=service) as clinics:
            self.assertEqual(list(pages(list_patients.sync, "c", client=clinics)), [])

    def test_a_failure_on_the_way_is_raised(self) -> None:
        first = httpx.Response(200, json=[clinician(1)])
        service = Service(first, failure(404, {"message": "clinic not found"}))
        with connect(ADDRESS, "t", transport=service) as clinics:
            found = pages(list_clinicians.sync, "c", client=clinics, limit=1)
            self.assertEqual(next(found).email, "1@example.org")
            with self.assertRaises(NotFound):
                next(found)


class Requests(unittest.TestCase):
    def test_a_list_is_sent_as_one_parameter(self) -> None:
        service = Service(httpx.Response(200, json={}))
        with connect(ADDRESS, "t", transport=service) as clinics:
            list_patients.sync("c", client=clinics, tags=["a", "b"], sort="+fullName")
        params = service.requests[0].url.params
        self.assertEqual(params.get_list("tags"), ["a,b"])
        self.assertEqual(params["sort"], "+fullName")
        self.assertIn("sort=%2BfullName", str(service.requests[0].url))

    def test_an_id_stays_one_part_of_the_address(self) -> None:
        service = Service(failure(404, {"message": "clinic not found"}))
        with connect(ADDRESS, "t", transport=service) as clinics:
            with self.assertRaises(NotFound):
                get_clinic.sync("a/../b?c#d%2F", client=clinics)
        self.assertEqual(service.requests[0].url.raw_path, b"/v1/clinics/a%2F..%2Fb%3Fc%23d%252F")

    def test_an_id_that_would_lead_elsewhere_is_not_sent(self) -> None:
        service = Service()
        with connect(ADDRESS, "t", transport=service) as clinics:
            for wrong in ("", ".", ".."):
                with self.assertRaises(ValueError):
                    delete_patient.sync_detailed(wrong, "p", client=clinics)
                with self.assertRaises(ValueError):
                    delete_patient.sync_detailed("c", wrong, client=clinics)
        self.assertEqual(service.requests, [])

    def test_a_redirection_is_not_followed_with_the_token(self) -> None:
        moved = httpx.Response(307, headers={"location": "https://elsewhere.example/"})
        service = Service(moved)
        with connect(ADDRESS, "t", transport=service) as clinics:
            with self.assertRaises(ClinicsError):
                get_clinic.sync("c", client=clinics)
        self.assertEqual(len(service.requests), 1)

    def test_an_answer_that_is_not_described_is_no_result(self) -> None:
        with connect(ADDRESS, "t", transport=Service(httpx.Response(204))) as clinics:
            with self.assertRaises(TypeError):
                done(get_clinic.sync("c", client=clinics))


if __name__ == "__main__":
    unittest.main()
