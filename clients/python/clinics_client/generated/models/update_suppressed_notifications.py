from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.suppressed_notifications import SuppressedNotifications


T = TypeVar("T", bound="UpdateSuppressedNotifications")


@_attrs_define
class UpdateSuppressedNotifications:
    """Replaces what was chosen before.

    Attributes:
        suppressed_notifications (SuppressedNotifications): Mails that the clinic does not get; absent when none were
            chosen.
    """

    suppressed_notifications: SuppressedNotifications
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        suppressed_notifications = self.suppressed_notifications.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "suppressedNotifications": suppressed_notifications,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.suppressed_notifications import SuppressedNotifications  # noqa: PLC0415

        d = dict(src_dict)
        suppressed_notifications = SuppressedNotifications.from_dict(d.pop("suppressedNotifications"))

        update_suppressed_notifications = cls(
            suppressed_notifications=suppressed_notifications,
        )

        update_suppressed_notifications.additional_properties = d
        return update_suppressed_notifications

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
