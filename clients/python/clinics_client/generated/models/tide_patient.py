from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.data_source import DataSource
    from ..models.patient_review import PatientReview


T = TypeVar("T", bound="TidePatient")


@_attrs_define
class TidePatient:
    """The patient of a row.

    Attributes:
        id (str): User id of an account: 10 hexadecimal digits or a UUID, in lower case.
        tags (list[str] | None): Ids of the clinic's tags; null when there are none.
        email (str | Unset): Address of the account; absent when there is none.
        full_name (str | Unset): Name; absent when unknown.
        reviews (list[PatientReview] | None | Unset): Newest first.
        data_sources (list[DataSource] | None | Unset): Null when none were ever named.
    """

    id: str
    tags: list[str] | None
    email: str | Unset = UNSET
    full_name: str | Unset = UNSET
    reviews: list[PatientReview] | None | Unset = UNSET
    data_sources: list[DataSource] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        tags: list[str] | None
        if isinstance(self.tags, list):
            tags = self.tags

        else:
            tags = self.tags

        email = self.email

        full_name = self.full_name

        reviews: list[dict[str, Any]] | None | Unset
        if isinstance(self.reviews, Unset):
            reviews = UNSET
        elif isinstance(self.reviews, list):
            reviews = []
            for reviews_type_0_item_data in self.reviews:
                reviews_type_0_item = reviews_type_0_item_data.to_dict()
                reviews.append(reviews_type_0_item)

        else:
            reviews = self.reviews

        data_sources: list[dict[str, Any]] | None | Unset
        if isinstance(self.data_sources, Unset):
            data_sources = UNSET
        elif isinstance(self.data_sources, list):
            data_sources = []
            for data_sources_type_0_item_data in self.data_sources:
                data_sources_type_0_item = data_sources_type_0_item_data.to_dict()
                data_sources.append(data_sources_type_0_item)

        else:
            data_sources = self.data_sources

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "tags": tags,
            }
        )
        if email is not UNSET:
            field_dict["email"] = email
        if full_name is not UNSET:
            field_dict["fullName"] = full_name
        if reviews is not UNSET:
            field_dict["reviews"] = reviews
        if data_sources is not UNSET:
            field_dict["dataSources"] = data_sources

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.data_source import DataSource  # noqa: PLC0415
        from ..models.patient_review import PatientReview  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        def _parse_tags(data: object) -> list[str] | None:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                componentsschemaspatient_tag_ids_v_1_type_0 = cast(list[str], data)

                return componentsschemaspatient_tag_ids_v_1_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None, data)

        tags = _parse_tags(d.pop("tags"))

        email = d.pop("email", UNSET)

        full_name = d.pop("fullName", UNSET)

        def _parse_reviews(data: object) -> list[PatientReview] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                reviews_type_0 = []
                _reviews_type_0 = data
                for reviews_type_0_item_data in _reviews_type_0:
                    reviews_type_0_item = PatientReview.from_dict(reviews_type_0_item_data)

                    reviews_type_0.append(reviews_type_0_item)

                return reviews_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[PatientReview] | None | Unset, data)

        reviews = _parse_reviews(d.pop("reviews", UNSET))

        def _parse_data_sources(data: object) -> list[DataSource] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                data_sources_type_0 = []
                _data_sources_type_0 = data
                for data_sources_type_0_item_data in _data_sources_type_0:
                    data_sources_type_0_item = DataSource.from_dict(data_sources_type_0_item_data)

                    data_sources_type_0.append(data_sources_type_0_item)

                return data_sources_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[DataSource] | None | Unset, data)

        data_sources = _parse_data_sources(d.pop("dataSources", UNSET))

        tide_patient = cls(
            id=id,
            tags=tags,
            email=email,
            full_name=full_name,
            reviews=reviews,
            data_sources=data_sources,
        )

        tide_patient.additional_properties = d
        return tide_patient

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
