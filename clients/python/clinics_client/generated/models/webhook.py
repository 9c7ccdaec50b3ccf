from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.webhook_event import WebhookEvent, check_webhook_event
from ..models.webhook_inactive_reason import WebhookInactiveReason, check_webhook_inactive_reason
from ..types import UNSET, Unset

T = TypeVar("T", bound="Webhook")


@_attrs_define
class Webhook:
    """An address that is told what happens in a clinic.

    Attributes:
        id (str): Id of the webhook.
        url (str): Where messages are sent by POST: an https address on the internet, without a user name or a fragment.
            Redirects are not followed.
        events (list[WebhookEvent]): What the receiver is told of.
        created_time (datetime.datetime): When it was registered.
        updated_time (datetime.datetime): When someone last changed it.
        description (str | Unset): What it is for, in words; absent when not stated.
        active (bool | Unset): Whether the receiver is told. What happens while it is false is not told later. True when
            absent from a request.
        inactive_reason (WebhookInactiveReason | Unset): `requested`: someone switched it off; `failing`: nothing was
            delivered for three days, although it was tried; `gone`: the receiver answered 410.
        failing_since (datetime.datetime | Unset): Since when no message was taken although it was tried; absent if the
            last one was.
        last_delivered_time (datetime.datetime | Unset): When the receiver last took a message; absent before the first.
    """

    id: str
    url: str
    events: list[WebhookEvent]
    created_time: datetime.datetime
    updated_time: datetime.datetime
    description: str | Unset = UNSET
    active: bool | Unset = UNSET
    inactive_reason: WebhookInactiveReason | Unset = UNSET
    failing_since: datetime.datetime | Unset = UNSET
    last_delivered_time: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        url = self.url

        events = []
        for events_item_data in self.events:
            events_item: str = events_item_data
            events.append(events_item)

        created_time = self.created_time.isoformat()

        updated_time = self.updated_time.isoformat()

        description = self.description

        active = self.active

        inactive_reason: str | Unset = UNSET
        if not isinstance(self.inactive_reason, Unset):
            inactive_reason = self.inactive_reason

        failing_since: str | Unset = UNSET
        if not isinstance(self.failing_since, Unset):
            failing_since = self.failing_since.isoformat()

        last_delivered_time: str | Unset = UNSET
        if not isinstance(self.last_delivered_time, Unset):
            last_delivered_time = self.last_delivered_time.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "url": url,
                "events": events,
                "createdTime": created_time,
                "updatedTime": updated_time,
            }
        )
        if description is not UNSET:
            field_dict["description"] = description
        if active is not UNSET:
            field_dict["active"] = active
        if inactive_reason is not UNSET:
            field_dict["inactiveReason"] = inactive_reason
        if failing_since is not UNSET:
            field_dict["failingSince"] = failing_since
        if last_delivered_time is not UNSET:
            field_dict["lastDeliveredTime"] = last_delivered_time

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        url = d.pop("url")

        events = []
        _events = d.pop("events")
        for events_item_data in _events:
            events_item = check_webhook_event(events_item_data)

            events.append(events_item)

        created_time = datetime.datetime.fromisoformat(d.pop("createdTime"))

        updated_time = datetime.datetime.fromisoformat(d.pop("updatedTime"))

        description = d.pop("description", UNSET)

        active = d.pop("active", UNSET)

        _inactive_reason = d.pop("inactiveReason", UNSET)
        inactive_reason: WebhookInactiveReason | Unset
        if isinstance(_inactive_reason, Unset):
            inactive_reason = UNSET
        else:
            inactive_reason = check_webhook_inactive_reason(_inactive_reason)

        _failing_since = d.pop("failingSince", UNSET)
        failing_since: datetime.datetime | Unset
        if isinstance(_failing_since, Unset):
            failing_since = UNSET
        else:
            failing_since = datetime.datetime.fromisoformat(_failing_since)

        _last_delivered_time = d.pop("lastDeliveredTime", UNSET)
        last_delivered_time: datetime.datetime | Unset
        if isinstance(_last_delivered_time, Unset):
            last_delivered_time = UNSET
        else:
            last_delivered_time = datetime.datetime.fromisoformat(_last_delivered_time)

        webhook = cls(
            id=id,
            url=url,
            events=events,
            created_time=created_time,
            updated_time=updated_time,
            description=description,
            active=active,
            inactive_reason=inactive_reason,
            failing_since=failing_since,
            last_delivered_time=last_delivered_time,
        )

        webhook.additional_properties = d
        return webhook

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
