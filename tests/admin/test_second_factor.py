"""The second factor of staff: asked for before anything else, each code works once, and a lost phone can be
replaced."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command

from kernel import clock, db
from kernel.staff.sign_in import attempts, factors, sealing, steps, store
from tests.admin.conftest import PASSWORD, events, messages_of, text
from tests.admin.sign_in import (
    CODE_PAGE,
    SET_UP_PAGE,
    Phone,
    enter,
    is_in,
    log_in,
    make_staff,
    recovery_codes,
    signed_in,
    with_factor,
)
from tests.admin.test_routes import ARGUMENT, routes
from tests.cast import QuickClient


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch):
    """All codes are of one moment, so that a test does not depend on crossing a half minute."""
    moment = clock.now()
    monkeypatch.setattr(factors, "clock", SimpleNamespace(now=lambda: moment))


@pytest.fixture
def sam():
    return make_staff("sam", "support")


@pytest.fixture
def phone(sam):
    return with_factor(sam)[0]


def scopes(**query):
    return [event["scope"] for event in events(**query)]


# --- no page opens after the password alone
# --------------------------------------------------------------------------------------
def staff_addresses():
    """Every path of the staff site, with an example for each parameter."""
    return {"/admin/" + ARGUMENT.sub("x", route) for _, route in routes()}


OPEN = {"/admin/login/", "/admin/login/provider/", "/admin/login/provider/callback/"}


@pytest.mark.yardstick("W2")
@pytest.mark.parametrize("waits_for", ["code", "set-up"])
def test_with_the_password_alone_no_staff_page_opens(waits_for, sam, settings):
    """Only the next step itself answers, both to GET and to POST."""
    sam.is_superuser = True
    sam.save()
    if waits_for == "code":
        with_factor(sam)
    settings.STAFF_SECOND_FACTOR = "required"
    client, response = log_in()
    next_step = CODE_PAGE if waits_for == "code" else SET_UP_PAGE
    assert response.headers["Location"] == next_step
    for address in sorted(staff_addresses() - OPEN - {next_step}):
        for answer in (client.get(address), client.post(address)):
            assert answer.status_code == 302, address
            path = answer.headers["Location"].partition("?")[0]
            assert path in ("/admin/login/", "/admin/"), address
    assert client.get("/admin/").headers["Location"] == "/admin/login/?next=/admin/"
    assert client.get(next_step).status_code == 200
    assert steps._WAITING in client.session
    assert "_auth_user_id" not in client.session


def test_a_code_after_the_password_logs_in(sam, phone):
    client, response = log_in()
    assert response.headers["Location"] == CODE_PAGE
    assert not is_in(client)
    response = enter(client, phone.code())
    assert response.headers["Location"] == "/admin/"
    assert is_in(client)
    assert [(e["outcome"], e["scope"]) for e in events(action="staff.login")] == [
        ("begun", {"by": "password", "waitsFor": "code"}),
        ("done", {"by": "code"}),
    ]


def test_a_wrong_code_opens_nothing_and_is_recorded(sam, phone):
    client, _ = log_in()
    response = enter(client, "000000" if phone.code() != "000000" else "000001")
    assert response.status_code == 200
    assert "This code is wrong" in text(response)
    assert not is_in(client)
    assert events(action="staff.login", outcome="denied")[0]["scope"] == {"by": "code"}


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "abcdef", "１２３４５６", "-00001", "0x1234", "a" * 5000]
)
def test_malformed_codes_count_as_wrong(code, sam, phone):
    client, _ = log_in()
    assert enter(client, code).status_code == 200
    assert not is_in(client)


def test_an_account_without_a_factor_logs_in_as_before(sam):
    client, response = log_in()
    assert response.headers["Location"] == "/admin/"
    assert is_in(client)


def test_when_switched_off_no_factor_is_asked_for_or_offered(sam, phone, settings):
    settings.STAFF_SECOND_FACTOR = "off"
    client, _ = log_in()
    assert is_in(client)
    for page in ("sign-in/set-up", "sign-in/recovery-codes", "sign-in/remove"):
        assert client.post(f"/admin/{page}", {"code": phone.code()}).status_code == 404


def test_the_step_between_password_and_code_expires(sam, phone, monkeypatch):
    client, _ = log_in()
    later = time.time() + 601
    monkeypatch.setattr(steps.time, "time", lambda: later)
    assert client.get(CODE_PAGE).headers["Location"] == "/admin/login/"


CHANGES = {
    "the password is changed": lambda user: (user.set_password("another"), user.save()),
    "the account is switched off": lambda user: (setattr(user, "is_active", False), user.save()),
    "the account is not staff any more": lambda user: (
        setattr(user, "is_staff", False),
        user.save(),
    ),
    "the factor is reset": lambda user: store.remove_factor(user.pk),
    "the account is deleted": lambda user: user.delete(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_between_password_and_code_refuses_the_code(change, sam, phone):
    client, _ = log_in()
    CHANGES[change](sam)
    assert enter(client, phone.code()).headers["Location"] == "/admin/login/"
    assert not is_in(client)


# --- each code once, each try counted --------------------------------------------------------------------------
def in_parallel(clients, code):
    with ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(lambda client: enter(client, code).status_code, clients))


def at_the_code_page(number):
    return [log_in()[0] for _ in range(number)]


@pytest.fixture
def many_tries(monkeypatch):
    monkeypatch.setattr(attempts, "CODES", "100/15minute")
    monkeypatch.setattr(attempts, "CODES_A_DAY", "100/day")


def let_all_read_before_one_writes(monkeypatch, number):
    barrier, read = threading.Barrier(number), factors._secret_of

    def wait_for_the_others(factor):
        barrier.wait(timeout=60)
        return read(factor)

    monkeypatch.setattr(factors, "_secret_of", wait_for_the_others)


@pytest.mark.yardstick("W2")
@pytest.mark.usefixtures("many_tries")
def test_one_code_tried_ten_times_at_once_opens_one_session(sam, phone, monkeypatch):
    clients, code = at_the_code_page(10), phone.code()
    let_all_read_before_one_writes(monkeypatch, 10)
    assert sorted(in_parallel(clients, code)) == [200] * 9 + [302]
    assert [is_in(client) for client in clients].count(True) == 1


@pytest.mark.usefixtures("many_tries")
def test_one_recovery_code_tried_ten_times_at_once_opens_one_session(sam):
    _, codes = with_factor(sam)
    clients = at_the_code_page(10)
    assert sorted(in_parallel(clients, codes[0])) == [200] * 9 + [302]


def test_using_a_code_invalidates_earlier_ones(sam, phone):
    now = phone.now
    earlier, later = phone.code(now - 1), phone.code(now)
    signed_in_client, _ = log_in()
    assert enter(signed_in_client, later).status_code == 302
    client, _ = log_in()
    assert enter(client, earlier).status_code == 200
    assert enter(client, later).status_code == 200


def test_codes_of_other_times_do_not_work(sam, phone):
    client, _ = log_in()
    now = phone.now
    assert [enter(client, phone.code(now + offset)).status_code for offset in (-3, 3)] == [200, 200]


def test_after_the_limit_of_wrong_codes_the_right_one_is_refused_too(sam, phone):
    clients = at_the_code_page(8)
    answers = in_parallel(clients, "nonsense")
    assert sorted(answers) == [200] * 5 + [429] * 3
    response = enter(clients[0], phone.code())
    assert response.status_code == 429
    assert "Too many tries" in text(response)


def test_wrong_codes_are_limited_for_a_day_as_well(sam, phone, monkeypatch):
    monkeypatch.setattr(attempts, "CODES", "100/15minute")
    client, _ = log_in()
    answers = [enter(client, "nonsense").status_code for _ in range(21)]
    assert answers == [200] * 20 + [429]


@pytest.mark.usefixtures("many_tries")
def test_right_codes_do_not_count(sam, monkeypatch):
    monkeypatch.setattr(attempts, "CODES", "2/15minute")
    _, codes = with_factor(sam)
    for code in codes:
        client, _ = log_in()
        assert enter(client, code).status_code == 302


def test_wrong_codes_of_a_thief_do_not_lock_out_the_device_of_the_owner(sam):
    phone, codes = with_factor(sam)
    desk = QuickClient()
    log_in(client=desk)
    assert enter(desk, codes[0]).status_code == 302
    desk.post("/admin/logout/")
    thief, _ = log_in()
    assert [enter(thief, "nonsense").status_code for _ in range(6)] == [200] * 5 + [429]
    log_in(client=desk)
    assert enter(desk, phone.code()).status_code == 302


def test_without_redis_no_code_is_checked(sam, phone, monkeypatch):
    from kernel import ratelimit
    from kernel.errors import Unavailable

    client, _ = log_in()

    def down(*_, **__):
        raise Unavailable

    monkeypatch.setattr(ratelimit, "hit", down)
    assert enter(client, phone.code()).status_code == 503


# --- what is stored ----------------------------------------------------------------------------------------------
def test_the_database_contains_neither_key_nor_recovery_code(sam):
    phone, codes = with_factor(sam)
    stored_factor = str(db.collection(store.FACTORS).find_one({"_id": sam.pk}))
    assert not [c for c in codes if c in stored_factor or c.replace("-", "") in stored_factor]
    assert factors.text_of(phone.secret) not in stored_factor
    assert phone.secret.hex() not in stored_factor


def test_a_key_copied_to_another_account_does_not_log_in(sam, phone):
    eve = make_staff("eve")
    eves_phone, _ = with_factor(eve)
    stolen = store.find_factor(eve.pk)["key"]
    db.collection(store.FACTORS).update_one({"_id": sam.pk}, {"$set": {"key": stolen}})
    client, _ = log_in()
    assert enter(client, eves_phone.code()).status_code == 200
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(sam.pk, stolen)


def test_a_retired_key_still_reads_and_without_it_recovery_codes_work(sam, settings):
    phone, codes = with_factor(sam)
    settings.STAFF_SECOND_FACTOR_OLD_KEYS = [django_settings.SECRET_KEY]
    settings.STAFF_SECOND_FACTOR_KEY = "another"
    client, _ = log_in()
    assert enter(client, phone.code()).status_code == 302
    settings.STAFF_SECOND_FACTOR_OLD_KEYS = []
    client, _ = log_in()
    assert enter(client, phone.code()).status_code == 200
    assert enter(client, codes[0]).status_code == 302


def test_a_deleted_account_leaves_no_factor_and_no_identity(sam, phone):
    store.insert_identity(sam.pk, issuer="https://id.example.org", subject="1")
    user_id = sam.pk
    sam.delete()
    assert store.find_factor(user_id) is None
    assert store.find_identity_of(user_id) is None


def test_no_secret_is_in_the_audit_trail(sam, settings):
    settings.STAFF_SECOND_FACTOR = "required"
    client, _ = log_in()
    phone = Phone.scanning(client.get(SET_UP_PAGE))
    code = phone.code()
    codes = recovery_codes(enter(client, code, SET_UP_PAGE))
    client, _ = log_in()
    enter(client, codes[0])
    trail = str(events())
    secrets = [
        PASSWORD,
        code,
        *codes,
        *(c.replace("-", "") for c in codes),
        factors.text_of(phone.secret),
    ]
    assert not [secret for secret in secrets if secret in trail]
    assert {"by": "recovery code"} in scopes(action="staff.login", outcome="done")


# --- required --------------------------------------------------------------------------------------------------
def test_where_it_is_required_it_must_be_set_up_first(sam, settings):
    settings.STAFF_SECOND_FACTOR = "required"
    client, response = log_in()
    assert response.headers["Location"] == SET_UP_PAGE
    page = client.get(SET_UP_PAGE)
    assert "<svg" in text(page)
    assert "data:" not in text(page).split("<svg")[1].split("</svg>")[0]
    phone = Phone.scanning(page)
    assert Phone.scanning(client.get(SET_UP_PAGE)).secret == phone.secret
    assert enter(client, "000000", SET_UP_PAGE).status_code == 200
    assert not is_in(client)
    done = enter(client, phone.code(), SET_UP_PAGE)
    assert len(set(recovery_codes(done))) == 10
    assert is_in(client)
    assert [e["outcome"] for e in events(action="staff.factor_set_up")] == ["done"]
    client, response = log_in()
    assert response.headers["Location"] == CODE_PAGE
    assert enter(client, phone.code()).status_code == 302


def test_it_is_required_only_of_the_configured_roles(settings):
    settings.STAFF_SECOND_FACTOR_ROLES = ["auditor"]
    make_staff("viv", "viewer")
    make_staff("aud", "viewer", "auditor")
    make_staff("root", is_superuser=True)
    redirects = {name: log_in(name)[1].headers["Location"] for name in ("viv", "aud", "root")}
    assert redirects == {"viv": "/admin/", "aud": SET_UP_PAGE, "root": SET_UP_PAGE}


@pytest.mark.parametrize("rule", ["STAFF_SECOND_FACTOR", "STAFF_SECOND_FACTOR_ROLES"])
def test_a_stricter_rule_ends_the_sessions_that_do_not_fulfil_it(rule, sam, settings):
    client = signed_in()
    setattr(settings, rule, "required" if rule == "STAFF_SECOND_FACTOR" else ["support"])
    assert not is_in(client)


def test_two_parallel_confirmations_create_one_factor(sam, settings, monkeypatch):
    monkeypatch.setattr(attempts, "CODES", "100/15minute")
    settings.STAFF_SECOND_FACTOR = "required"
    client, _ = log_in()
    phone = Phone.scanning(client.get(SET_UP_PAGE))
    code, cookie = phone.code(), client.cookies["sessionid"].value

    def confirm(_):
        twin = QuickClient()
        twin.cookies["sessionid"] = cookie
        return len(recovery_codes(enter(twin, code, SET_UP_PAGE)))

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(confirm, range(6))) == [0] * 5 + [10]
    assert store.find_factor(sam.pk)["generation"] == 1


# --- sessions --------------------------------------------------------------------------------------------------
def key_of(client):
    return client.cookies["sessionid"].value if "sessionid" in client.cookies else ""


def test_every_step_starts_a_new_session(sam, phone):
    client = QuickClient()
    planted = client.session
    planted["planted"] = 1
    planted.save()
    client.cookies["sessionid"] = planted.session_key
    keys = [key_of(client)]
    log_in(client=client)
    keys.append(key_of(client))
    enter(client, phone.code())
    keys.append(key_of(client))
    assert len(set(keys)) == 3
    assert "planted" not in client.session
    for old in keys[:2]:
        thief = QuickClient()
        thief.cookies["sessionid"] = old
        assert not is_in(thief)
        assert thief.get(CODE_PAGE).status_code == 302


def test_logging_in_over_an_open_session_ends_that_session(sam, phone):
    make_staff("eve")
    client = signed_in("eve")
    log_in("sam", client)
    assert not is_in(client)


def test_a_changed_password_ends_the_other_sessions(sam):
    first_client, other_client = signed_in(), signed_in()
    fields = {
        "old_password": PASSWORD,
        "new_password1": "a new passphrase 7",
        "new_password2": "a new passphrase 7",
    }
    assert first_client.post("/admin/password_change/", fields).status_code == 302
    assert (is_in(first_client), is_in(other_client)) == (True, False)


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "javascript:alert(1)", "http:///x"]
)
def test_the_redirect_after_the_steps_stays_on_the_site(target, sam, phone):
    client = QuickClient()
    client.post(
        f"/admin/login/?next={target}", {"username": "sam", "password": PASSWORD, "next": target}
    )
    assert enter(client, phone.code()).headers["Location"] == "/admin/"


def test_the_requested_page_is_opened_after_all_steps(sam, phone):
    client = QuickClient()
    client.post("/admin/login/?next=/admin/clinics/", {"username": "sam", "password": PASSWORD})
    assert enter(client, phone.code()).headers["Location"] == "/admin/clinics/"


# --- one's own factor ------------------------------------------------------------------------------------------
def set_up(client, **fields):
    phone = Phone.scanning(client.get("/admin/sign-in/set-up"))
    return phone, client.post("/admin/sign-in/set-up", {"code": phone.code(), **fields})


def test_setting_up_asks_for_the_password_and_ends_the_other_sessions(sam):
    first_client, other_client = signed_in(), signed_in()
    _, refused = set_up(first_client, password="wrong")
    assert "The password is wrong." in text(refused)
    assert store.find_factor(sam.pk) is None
    _, done = set_up(first_client, password=PASSWORD)
    assert len(recovery_codes(done)) == 10
    assert (is_in(first_client), is_in(other_client)) == (True, False)


def test_replacing_the_phone_needs_a_code_of_the_present_one(sam, phone):
    client = signed_in(phone=phone)
    _, refused = set_up(client, password=PASSWORD)
    assert "This code is wrong" in text(refused)
    new, done = set_up(client, present=phone.code())
    assert len(recovery_codes(done)) == 10
    client, _ = log_in()
    assert enter(client, phone.code()).status_code == 200
    assert enter(client, new.code()).status_code == 302


def test_new_recovery_codes_need_a_code_and_retire_the_old(sam):
    phone, old = with_factor(sam)
    client = signed_in(phone=phone)
    refused = client.post("/admin/sign-in/recovery-codes", {"code": "nonsense"})
    assert messages_of(refused) == [
        "This code is wrong, or was used before. Wait for the next one and try again."
    ]
    codes = recovery_codes(client.post("/admin/sign-in/recovery-codes", {"code": phone.code()}))
    assert len(codes) == 10
    other, _ = log_in()
    assert enter(other, old[0]).status_code == 200
    assert enter(other, codes[3].upper().replace("-", " ")).status_code == 302
    assert events(action="staff.recovery_codes_renewed")
    page = text(client.get("/admin/sign-in/"))
    assert "<dd>9</dd>" in page
    assert codes[4] not in page


def test_removing_needs_a_code_and_ends_the_other_sessions(sam):
    phone, codes = with_factor(sam)
    first_client, other_client = signed_in(phone=phone), signed_in(phone=phone)
    first_client.post("/admin/sign-in/remove", {"code": "nonsense"})
    assert factors.is_set_up(store.find_factor(sam.pk))
    first_client.post("/admin/sign-in/remove", {"code": codes[0]})
    assert not factors.is_set_up(store.find_factor(sam.pk))
    assert (is_in(first_client), is_in(other_client)) == (True, False)
    assert events(action="staff.factor_removed")
    assert events(action="staff.code", outcome="denied")


def test_a_required_factor_cannot_be_removed(sam, phone, settings):
    client = signed_in(phone=phone)
    settings.STAFF_SECOND_FACTOR = "required"
    response = client.post("/admin/sign-in/remove", {"code": phone.code()})
    assert messages_of(response) == [
        "Your role needs a second factor. Set up another phone instead."
    ]
    assert factors.is_set_up(store.find_factor(sam.pk))


def test_guessing_in_an_open_session_is_limited_as_at_the_login(sam, phone):
    client = signed_in(phone=phone)
    answers = [client.post("/admin/sign-in/remove", {"code": "1"}).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429]


def test_the_overview_suggests_a_factor_to_staff_without_one(sam):
    assert "Set up a second factor" in text(signed_in().get("/admin/"))
    phone, _ = with_factor(sam)
    assert "Set up a second factor" not in text(signed_in(phone=phone).get("/admin/"))


# --- another's factor ------------------------------------------------------------------------------------------
def reset_page(user, what="second-factor"):
    return f"sign-in/{user.pk}/reset/{what}"


def test_an_administrator_resets_a_factor_with_a_reason(sam, phone, root):
    client = signed_in(phone=phone)
    assert root.get(reset_page(sam)).status_code == 200
    root.post(reset_page(sam), reason=" ")
    assert is_in(client)
    root.post(reset_page(sam), reason="TICKET-9")
    assert not is_in(client)
    (event,) = events(action="staff.factor_reset")
    assert (event["actor"]["name"], event["object"]["name"], event["reason"]) == (
        "root",
        "sam",
        "TICKET-9",
    )
    client, response = log_in()
    assert response.headers["Location"] == "/admin/"
    account = text(root.get(f"auth/user/{sam.pk}/change/"))
    assert "not set up" in account


def test_an_administrator_unlinks_an_identity(sam, root):
    store.insert_identity(sam.pk, issuer="https://id.example.org", subject="1")
    client = signed_in()
    root.post(reset_page(sam, "identity"), reason="TICKET-9")
    assert store.find_identity_of(sam.pk) is None
    assert not is_in(client)
    assert events(action="staff.identity_unlinked")[0]["reason"] == "TICKET-9"


def test_only_superusers_reset_a_factor_or_identity(sam, phone, staff):
    for role in ("viewer", "support", "configuration", "integration", "destructive", "auditor"):
        assert staff(role).post(reset_page(sam), reason="x").status_code == 403
    assert factors.is_set_up(store.find_factor(sam.pk))
    assert len(events(action="page.sign_in_reset", outcome="denied")) == 6


def test_an_administrator_cannot_reset_their_own_factor(root):
    with_factor(root.user)
    root.client.force_login(root.user)
    root.user.refresh_from_db()
    session = root.client.session
    session["proof"] = {"by": "code", "generation": 1}
    session.save()
    response = root.post(reset_page(root.user), reason="x")
    assert messages_of(response) == [
        "Your own sign-in is changed under Sign-in security, with a code."
    ]
    assert factors.is_set_up(store.find_factor(root.user.pk))


def test_unknown_accounts_and_resets_are_not_found(sam, root):
    assert root.get("sign-in/6b0553fbbafa75e9de76e4d1/reset/second-factor").status_code == 404
    assert root.get("sign-in/nonsense/reset/second-factor").status_code == 404
    assert root.get(reset_page(sam, "everything")).status_code == 404


def test_the_command_resets_the_factor_of_the_last_administrator(sam, phone, capsys):
    client = signed_in(phone=phone)
    call_command("reset_second_factor", "sam", reason="lost in the lake")
    assert "no longer has a second factor" in capsys.readouterr().out
    assert not is_in(client)
    (event,) = events(action="staff.factor_reset")
    assert (event["actor"]["kind"], event["reason"]) == ("system", "lost in the lake")
    for name in ("sam", "nobody"):
        with pytest.raises(CommandError):
            call_command("reset_second_factor", name, reason="x")
