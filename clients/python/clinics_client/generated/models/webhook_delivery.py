from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.webhook_delivery_failure import WebhookDeliveryFailure, check_webhook_delivery_failure
from ..models.webhook_delivery_state import WebhookDeliveryState, check_webhook_delivery_state
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.webhook_data import WebhookData


T = TypeVar("T", bound="WebhookDelivery")


@_attrs_define
class WebhookDelivery:
    """A message, and what became of it. It is kept for 30 days.

    Attributes:
        id (str): Id of the message (`webhook-id`).
        event (str): Kind of the event: one of WebhookEvent, or `webhook.test`.
        state (WebhookDeliveryState): `waiting`: it is tried for a day; `delivered`: the receiver answered with a status
            from 200 to 299; `parked`: it is not tried any more, and can be sent again.
        attempts (int): How often it was tried.
        data (WebhookData): Ids of what the message is about, and nothing else: what is true now is read with them.
        event_time (datetime.datetime): When it happened.
        created_time (datetime.datetime): When the message was made.
        last_status (int | Unset): Status of the last answer; absent without one.
        last_error (WebhookDeliveryFailure | Unset): `unreachable`: no answer within ten seconds, or no trusted
            connection; `address_refused`: the address is not one of the internet, or its name is not known there; `status`:
            see `lastStatus`; `switched_off`: the webhook is off; `receiver_failing`: it waited behind others that failed;
            `secret_unreadable` and `fault`: see the operator of the service.
        last_attempt_time (datetime.datetime | Unset): The last try; absent before the first.
    """

    id: str
    event: str
    state: WebhookDeliveryState
    attempts: int
    data: WebhookData
    event_time: datetime.datetime
    created_time: datetime.datetime
    last_status: int | Unset = UNSET
    last_error: WebhookDeliveryFailure | Unset = UNSET
    last_attempt_time: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        event = self.event

        state: str = self.state

        attempts = self.attempts

        data = self.data.to_dict()

        event_time = self.event_time.isoformat()

        created_time = self.created_time.isoformat()

        last_status = self.last_status

        last_error: str | Unset = UNSET
        if not isinstance(self.last_error, Unset):
            last_error = self.last_error

        last_attempt_time: str | Unset = UNSET
        if not isinstance(self.last_attempt_time, Unset):
            last_attempt_time = self.last_attempt_time.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "event": event,
                "state": state,
                "attempts": attempts,
                "data": data,
                "eventTime": event_time,
                "createdTime": created_time,
            }
        )
        if last_status is not UNSET:
            field_dict["lastStatus"] = last_status
        if last_error is not UNSET:
            field_dict["lastError"] = last_error
        if last_attempt_time is not UNSET:
            field_dict["lastAttemptTime"] = last_attempt_time

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.webhook_data import WebhookData  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        event = d.pop("event")

        state = check_webhook_delivery_state(d.pop("state"))

        attempts = d.pop("attempts")

        data = WebhookData.from_dict(d.pop("data"))

        event_time = datetime.datetime.fromisoformat(d.pop("eventTime"))

        created_time = datetime.datetime.fromisoformat(d.pop("createdTime"))

        last_status = d.pop("lastStatus", UNSET)

        _last_error = d.pop("lastError", UNSET)
        last_error: WebhookDeliveryFailure | Unset
        if isinstance(_last_error, Unset):
            last_error = UNSET
        else:
            last_error = check_webhook_delivery_failure(_last_error)

        _last_attempt_time = d.pop("lastAttemptTime", UNSET)
        last_attempt_time: datetime.datetime | Unset
        if isinstance(_last_attempt_time, Unset):
            last_attempt_time = UNSET
        else:
            last_attempt_time = datetime.datetime.fromisoformat(_last_attempt_time)

        webhook_delivery = cls(
            id=id,
            event=event,
            state=state,
            attempts=attempts,
            data=data,
            event_time=event_time,
            created_time=created_time,
            last_status=last_status,
            last_error=last_error,
            last_attempt_time=last_attempt_time,
        )

        webhook_delivery.additional_properties = d
        return webhook_delivery

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
