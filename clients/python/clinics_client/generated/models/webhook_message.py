from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.webhook_data import WebhookData


T = TypeVar("T", bound="WebhookMessage")


@_attrs_define
class WebhookMessage:
    """What is sent to a webhook.

    Attributes:
        id (str): Id of the message, also in `webhook-id`: the same whenever it is sent again.
        type_ (str): Kind of the event: one of WebhookEvent, or `webhook.test` for a message that someone sends to try
            the receiver. Ignore those that you do not know.
        timestamp (datetime.datetime): When it happened.
        data (WebhookData): Ids of what the message is about, and nothing else: what is true now is read with them.
    """

    id: str
    type_: str
    timestamp: datetime.datetime
    data: WebhookData
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        type_ = self.type_

        timestamp = self.timestamp.isoformat()

        data = self.data.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "type": type_,
                "timestamp": timestamp,
                "data": data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.webhook_data import WebhookData  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        type_ = d.pop("type")

        timestamp = datetime.datetime.fromisoformat(d.pop("timestamp"))

        data = WebhookData.from_dict(d.pop("data"))

        webhook_message = cls(
            id=id,
            type_=type_,
            timestamp=timestamp,
            data=data,
        )

        webhook_message.additional_properties = d
        return webhook_message

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
