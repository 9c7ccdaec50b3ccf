"""Registering webhooks, changing them, and sending messages again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from bson import ObjectId
from django.conf import settings
from pymongo.errors import DuplicateKeyError

from clinic_records.services import access
from kernel import clock, db, guarded_http, ids, outbox
from kernel.db import Document
from kernel.errors import BadRequest, Conflict, ConstraintViolation, NotFound
from kernel.page_limits import MOST_COUNTED
from webhooks.choices import TEST, EventKind, OffReason, WebhookState
from webhooks.services import listeners, messages, signing
from webhooks.store import deliveries
from webhooks.store import hooks as store

MOST = 20  # of a clinic, and of the installation
OLD_SECRET_LASTS = timedelta(hours=24)
NOT_FOUND = "webhook not found"
NO_DELIVERY = "delivery not found"
BAD_URL = "the url has to be an https address on the internet, without a user name or a fragment"
TOO_MANY = f"there are {MOST} webhooks already"
STILL_WAITING = "the delivery is waiting"
IS_OFF = "the webhook is off"
CHANGED = "someone else has changed the webhook"
HAS_ENDED = "the clinic of the webhook has become a part of another one"


Then = Callable[[Document], None]


def _nothing(_: Document) -> None: ...


@dataclass(frozen=True, slots=True)
class Details:
    """What someone states of a webhook."""

    url: str
    kinds: Sequence[str]
    description: str = ""


def list_hooks(clinic_id: ObjectId | None) -> list[Document]:
    """Oldest first; None: those of the installation."""
    return store.list_of_clinic(clinic_id)


def list_all(*, skip: int, limit: int) -> tuple[list[Document], int]:
    """Those of all clinics, newest first, and how many there are, up to what staff pages count."""
    return store.list_page(skip=skip, limit=limit), store.count_up_to(MOST_COUNTED)


def list_given_up(limit: int) -> tuple[list[Document], int]:
    """Those that are off because their receivers failed, and how many there are, as `list_all`."""
    return store.list_given_up(limit), store.count_given_up(MOST_COUNTED)


def list_clinics_given_up() -> list[ObjectId]:
    """A clinic for each of these webhooks; those of the installation are left out."""
    return [hook["clinicId"] for hook in store.list_given_up() if hook.get("clinicId")]


def find_hook(hook_id: str) -> Document:
    """One of any clinic. Raises NotFound."""
    parsed = ids.parse_id(hook_id)
    hook = store.find(parsed) if parsed else None
    if hook is None:
        raise NotFound(message=NOT_FOUND)
    return hook


def access_hook(clinic_id: ObjectId | None, hook_id: str) -> Document:
    """Raises NotFound."""
    hook = find_hook(hook_id)
    if hook.get("clinicId") != clinic_id:
        raise NotFound(message=NOT_FOUND)
    return hook


def create(
    clinic_id: ObjectId | None, details: Details, *, created_by: str, then: Then = _nothing
) -> tuple[Document, str]:
    """The webhook and its secret, which is shown this once. When this returns, everything that happens is told. `then`
    is called in the transaction, here and below.

    Raises NotFound (clinic), BadRequest (url) and ConstraintViolation (too many).
    """
    _check_url(details.url)
    hook_id, secret, moment = ids.new_id(), signing.new_secret(), clock.now()
    hook: Document = {
        "_id": hook_id,
        **({"clinicId": clinic_id} if clinic_id else {}),
        **_fields(details),
        "state": WebhookState.ON.value,
        "secret": signing.seal(hook_id, secret),
        "failures": 0,
        "createdBy": created_by,
        "createdTime": moment,
        "updatedTime": moment,
    }

    def insert() -> None:
        if clinic_id is not None:
            access.access_open_clinic(clinic_id)
        hook["place"] = _free_place(clinic_id)
        store.insert(hook)
        then(hook)

    _insert_at_free_place(insert)
    listeners.wait_until_known()
    return hook, secret


def _free_place(clinic_id: ObjectId | None) -> int:
    """The lowest. Raises ConstraintViolation."""
    hooks = store.list_of_clinic(clinic_id)
    if len(hooks) >= MOST:
        raise ConstraintViolation(TOO_MANY)
    taken = {hook.get("place") for hook in hooks}
    return next(place for place in range(MOST) if place not in taken)


def _insert_at_free_place(insert: Callable[[], None]) -> None:
    """Again where another webhook has taken the place meanwhile, which happens once for each place at most."""
    for _ in range(MOST):
        try:
            return db.run_in_transaction(insert)
        except DuplicateKeyError:
            continue
    raise ConstraintViolation(TOO_MANY)


def update(clinic_id: ObjectId | None, hook_id: str, details: Details, *, is_on: bool) -> Document:
    """All that is stated is replaced. Raises NotFound, BadRequest (url) and Conflict (the clinic is gone)."""
    hook = access_hook(clinic_id, hook_id)
    _check_url(details.url)
    fields = _fields(details)
    removed = [] if details.description else ["description"]
    store.update(hook["_id"], fields, removed=removed)
    if is_on and hook["state"] != WebhookState.ON:
        _switch_on(hook)
    if not is_on:
        store.switch_off(hook["_id"], OffReason.REQUESTED)
    if is_on and (hook["state"] != WebhookState.ON or set(details.kinds) - set(hook["kinds"])):
        listeners.wait_until_known()
    return access_hook(clinic_id, hook_id)


def switch(hook: Document, *, is_on: bool, then: Then = _nothing) -> None:
    """Raises Conflict where the clinic of the webhook is gone."""

    def change() -> None:
        if is_on:
            _switch_on(hook)
        else:
            store.switch_off(hook["_id"], OffReason.REQUESTED)
        then(hook)

    db.run_in_transaction(change)
    if is_on:
        listeners.wait_until_known()


def _switch_on(hook: Document) -> None:
    if store.switch_on(hook["_id"]) is None:
        raise Conflict(HAS_ENDED)


def remove(hook: Document, *, then: Then = _nothing) -> None:
    """With its deliveries: what waits is not sent any more."""

    def delete() -> None:
        store.delete(hook["_id"])
        deliveries.delete_of_webhook(hook["_id"])
        then(hook)

    db.run_in_transaction(delete)


def rotate_secret(hook: Document, *, then: Then = _nothing) -> tuple[Document, str]:
    """The webhook and its new secret. The one before signs, too, for a day; one from before that no more.

    Raises Conflict where someone else has changed the secret meanwhile.
    """
    secret = signing.new_secret()
    sealed = signing.seal(hook["_id"], secret)

    def change() -> Document:
        changed = store.replace_secret(hook, sealed, old_until=clock.now() + OLD_SECRET_LASTS)
        if changed is None:
            raise Conflict(CHANGED)
        then(changed)
        return changed

    return db.run_in_transaction(change), secret


# --- deliveries -----------------------------------------------------------------------------------
def list_deliveries(
    hook: Document, *, state: str | None, skip: int, limit: int, most: int = MOST_COUNTED
) -> tuple[list[Document], int]:
    """Newest first, and how many there are, counted up to `most`."""
    return deliveries.list_page(hook["_id"], state=state, skip=skip, limit=limit, most=most)


def send_test(hook: Document, *, then: Then = _nothing) -> Document:
    """A message of a kind of its own, which is tried at once. Raises Conflict where the webhook is off."""
    _require_on(hook)
    clinic_id = hook.get("clinicId")
    tried = messages.Occurrence(
        event_id=f"test:{ids.new_id()}",
        kind=TEST,
        subject=str(hook["_id"]),
        time=clock.now().isoformat(),
        clinic_ids=[],
        data={"clinicId": str(clinic_id)} if clinic_id else {},
    )
    delivery = messages.new_delivery(hook, tried)
    delivery["isAtOnce"] = True

    def store_it() -> None:
        messages.store_and_emit([delivery])
        then(hook)

    db.run_in_transaction(store_it)
    return delivery


def replay(hook: Document, delivery_id: str, *, then: Then = _nothing) -> Document:
    """Send a message again that was delivered or parked, with its id, for up to a day. Raises NotFound, and Conflict
    where it still waits or the webhook is off."""
    _require_on(hook)
    parsed = ids.parse_id(delivery_id)
    found = deliveries.find(parsed) if parsed else None
    if found is None or found["webhookId"] != hook["_id"]:
        raise NotFound(message=NO_DELIVERY)

    def begin_again() -> Document | None:
        delivery = deliveries.begin_again(hook["_id"], found["_id"], clock.now())
        if delivery is not None:
            outbox.emit(messages.due(delivery))
            then(hook)
        return delivery

    begun = db.run_in_transaction(begin_again)
    if begun is None:
        raise Conflict(STILL_WAITING)
    return begun


MOST_REPLAYED = 500


def replay_parked(hook: Document, *, then: Then = _nothing) -> int:
    """Send what was parked again, the oldest first, `MOST_REPLAYED` at most. Returns how many. Raises Conflict where
    the webhook is off."""
    _require_on(hook)

    def begin_again() -> int:
        begun = [
            deliveries.begin_again(hook["_id"], parked["_id"], clock.now())
            for parked in deliveries.list_parked(hook["_id"], limit=MOST_REPLAYED)
        ]
        outbox.emit_many(messages.due(one) for one in begun if one is not None)
        then(hook)
        return len(begun)

    return db.run_in_transaction(begin_again)


def _require_on(hook: Document) -> None:
    if hook["state"] == WebhookState.OFF:
        raise Conflict(IS_OFF)


def _check_url(url: str) -> None:
    try:
        guarded_http.check_url(url, allowed=settings.WEBHOOK_ALLOWED_NETWORKS)
        guarded_http.check_plain_name(url, allowed=settings.WEBHOOK_ALLOWED_NETWORKS)
    except guarded_http.Refused:
        raise BadRequest(BAD_URL) from None


def _fields(details: Details) -> Document:
    known = [kind for kind in EventKind.values if kind in details.kinds]
    described = {"description": details.description} if details.description else {}
    return {"url": details.url, "kinds": known, **described}


def host_of(hook: Document) -> str:
    """What of the address can be shown in lists and histories: the rest may hold a secret."""
    return urlsplit(hook["url"]).netloc


def count_by_state() -> dict[str, int]:
    """on, off, and failing: those that are on and whose receiver fails."""
    return store.count_by_state()
