from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.xealth_preorder_form_form_data import XealthPreorderFormFormData
    from ..models.xealth_preorder_form_form_schema import XealthPreorderFormFormSchema
    from ..models.xealth_preorder_form_ui_schema import XealthPreorderFormUiSchema


T = TypeVar("T", bound="XealthPreorderForm")


@_attrs_define
class XealthPreorderForm:
    """A form in the terms of react-jsonschema-form.

    Attributes:
        form_id (str): Which form it is; `error_form` cannot be sent.
        form_schema (XealthPreorderFormFormSchema): The fields, as a JSON Schema.
        ui_schema (XealthPreorderFormUiSchema): How the fields are shown.
        form_data (XealthPreorderFormFormData): What the fields hold at first.
    """

    form_id: str
    form_schema: XealthPreorderFormFormSchema
    ui_schema: XealthPreorderFormUiSchema
    form_data: XealthPreorderFormFormData
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        form_id = self.form_id

        form_schema = self.form_schema.to_dict()

        ui_schema = self.ui_schema.to_dict()

        form_data = self.form_data.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "formId": form_id,
                "formSchema": form_schema,
                "uiSchema": ui_schema,
                "formData": form_data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.xealth_preorder_form_form_data import XealthPreorderFormFormData  # noqa: PLC0415
        from ..models.xealth_preorder_form_form_schema import XealthPreorderFormFormSchema  # noqa: PLC0415
        from ..models.xealth_preorder_form_ui_schema import XealthPreorderFormUiSchema  # noqa: PLC0415

        d = dict(src_dict)
        form_id = d.pop("formId")

        form_schema = XealthPreorderFormFormSchema.from_dict(d.pop("formSchema"))

        ui_schema = XealthPreorderFormUiSchema.from_dict(d.pop("uiSchema"))

        form_data = XealthPreorderFormFormData.from_dict(d.pop("formData"))

        xealth_preorder_form = cls(
            form_id=form_id,
            form_schema=form_schema,
            ui_schema=ui_schema,
            form_data=form_data,
        )

        xealth_preorder_form.additional_properties = d
        return xealth_preorder_form

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
