"""Schemas of pre-orders."""

from kernel.api import schema as s

FORM = s.component(
    "xealthPreorderForm.v1",
    s.obj(
        {
            "formId": s.string(description="Which form it is; `error_form` cannot be sent."),
            "formSchema": s.obj(description="The fields, as a JSON Schema."),
            "uiSchema": s.obj(description="How the fields are shown."),
            "formData": s.obj(description="What the fields hold at first."),
        },
        required=["formId", "formSchema", "uiSchema", "formData"],
        description="A form in the terms of react-jsonschema-form.",
    ),
)
PREORDER = s.component(
    "xealthPreorder.v1",
    s.obj(
        {
            "dataTrackingId": s.string(description="Comes back with the form and with the order."),
            "notOrderable": s.boolean(description="Whether the order cannot be placed."),
            "preorderFormInfo": FORM,
        },
        description="A form, or an empty object where there is nothing to ask.",
    ),
)
