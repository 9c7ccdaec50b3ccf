from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="EhrProcedures")


@_attrs_define
class EhrProcedures:
    """The code by which an order asks for each procedure; one that is absent cannot be ordered.

    Attributes:
        enable_summary_reports (str | Unset): Reports of the patient are wanted.
        disable_summary_reports (str | Unset): They are no longer wanted.
        create_account (str | Unset): The patient gets an account.
        create_account_and_enable_reports (str | Unset): The patient gets an account, and reports are wanted. For
            Xealth, the program's id.
    """

    enable_summary_reports: str | Unset = UNSET
    disable_summary_reports: str | Unset = UNSET
    create_account: str | Unset = UNSET
    create_account_and_enable_reports: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        enable_summary_reports = self.enable_summary_reports

        disable_summary_reports = self.disable_summary_reports

        create_account = self.create_account

        create_account_and_enable_reports = self.create_account_and_enable_reports

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if enable_summary_reports is not UNSET:
            field_dict["enableSummaryReports"] = enable_summary_reports
        if disable_summary_reports is not UNSET:
            field_dict["disableSummaryReports"] = disable_summary_reports
        if create_account is not UNSET:
            field_dict["createAccount"] = create_account
        if create_account_and_enable_reports is not UNSET:
            field_dict["createAccountAndEnableReports"] = create_account_and_enable_reports

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        enable_summary_reports = d.pop("enableSummaryReports", UNSET)

        disable_summary_reports = d.pop("disableSummaryReports", UNSET)

        create_account = d.pop("createAccount", UNSET)

        create_account_and_enable_reports = d.pop("createAccountAndEnableReports", UNSET)

        ehr_procedures = cls(
            enable_summary_reports=enable_summary_reports,
            disable_summary_reports=disable_summary_reports,
            create_account=create_account,
            create_account_and_enable_reports=create_account_and_enable_reports,
        )

        ehr_procedures.additional_properties = d
        return ehr_procedures

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
