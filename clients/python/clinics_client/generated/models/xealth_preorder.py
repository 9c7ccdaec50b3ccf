from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.xealth_preorder_form import XealthPreorderForm


T = TypeVar("T", bound="XealthPreorder")


@_attrs_define
class XealthPreorder:
    """A form, or an empty object where there is nothing to ask.

    Attributes:
        data_tracking_id (str | Unset): Comes back with the form and with the order.
        not_orderable (bool | Unset): Whether the order cannot be placed.
        preorder_form_info (XealthPreorderForm | Unset): A form in the terms of react-jsonschema-form.
    """

    data_tracking_id: str | Unset = UNSET
    not_orderable: bool | Unset = UNSET
    preorder_form_info: XealthPreorderForm | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        data_tracking_id = self.data_tracking_id

        not_orderable = self.not_orderable

        preorder_form_info: dict[str, Any] | Unset = UNSET
        if not isinstance(self.preorder_form_info, Unset):
            preorder_form_info = self.preorder_form_info.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if data_tracking_id is not UNSET:
            field_dict["dataTrackingId"] = data_tracking_id
        if not_orderable is not UNSET:
            field_dict["notOrderable"] = not_orderable
        if preorder_form_info is not UNSET:
            field_dict["preorderFormInfo"] = preorder_form_info

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.xealth_preorder_form import XealthPreorderForm  # noqa: PLC0415

        d = dict(src_dict)
        data_tracking_id = d.pop("dataTrackingId", UNSET)

        not_orderable = d.pop("notOrderable", UNSET)

        _preorder_form_info = d.pop("preorderFormInfo", UNSET)
        preorder_form_info: XealthPreorderForm | Unset
        if isinstance(_preorder_form_info, Unset):
            preorder_form_info = UNSET
        else:
            preorder_form_info = XealthPreorderForm.from_dict(_preorder_form_info)

        xealth_preorder = cls(
            data_tracking_id=data_tracking_id,
            not_orderable=not_orderable,
            preorder_form_info=preorder_form_info,
        )

        xealth_preorder.additional_properties = d
        return xealth_preorder

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
