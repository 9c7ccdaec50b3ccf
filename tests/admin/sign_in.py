"""Signing in step by step, with an authenticator app."""

import re
from base64 import b32decode

from django.contrib.auth.models import Group, User
from django_otp.oath import TOTP

from kernel.staff.sign_in import factors, sealing, store
from tests.admin.conftest import PASSWORD, text
from tests.cast import QuickClient

CODE_PAGE, SET_UP_PAGE = "/admin/login/code/", "/admin/login/set-up/"


def make_staff(name="sam", *roles, **options):
    user = User.objects.create_user(name, f"{name}@example.org", PASSWORD, is_staff=True, **options)
    user.groups.set(Group.objects.filter(name__in=roles))
    return user


def log_in(name="sam", client=None, password=PASSWORD, **extra):
    client = client or QuickClient()
    fields = {"username": name, "password": password}
    return client, client.post("/admin/login/", fields, **extra)


class Phone:
    """An authenticator app. Each code it gives belongs to a later time step than the one before."""

    def __init__(self, secret=None):
        self.secret = secret or factors.new_secret()
        self.last = self.now - 2

    @classmethod
    def scanning(cls, response):
        secret = re.search(r'id="secret">([A-Z2-7 ]+)<', text(response))[1]
        return cls(b32decode(secret.replace(" ", "")))

    def code(self, step=None):
        self.last = self.last + 1 if step is None else step
        totp = TOTP(self.secret)
        totp.time = self.last * 30
        return f"{totp.token():06d}"

    @property
    def now(self):
        return int(factors.clock.now().timestamp()) // 30


def with_factor(user):
    """A phone for the account, and its recovery codes."""
    phone = Phone()
    codes = [f"aaaa-bbbb-cccc-ddd{number}" for number in range(3)]
    store.put_factor(
        user.pk,
        generation=0,
        key=sealing.seal(user.pk, phone.secret),
        step=-1,
        recovery_codes=factors._digests(user.pk, codes),
    )
    return phone, codes


def enter(client, code, page=CODE_PAGE, **extra):
    return client.post(page, {"code": code}, **extra)


def is_in(client):
    return client.get("/admin/").status_code == 200


def signed_in(name="sam", phone=None):
    client, _ = log_in(name)
    if phone is not None:
        enter(client, phone.code())
    assert is_in(client)
    return client


def recovery_codes(response):
    return re.findall(r"\b(?:[a-z2-7]{4}-){3}[a-z2-7]{4}\b", text(response))
