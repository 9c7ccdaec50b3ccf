"""Requests mails: events written with the change, and sent by the notifications app."""

from confirmations.documents import ConfirmationDocument
from confirmations.services import documents
from kernel import addresses, outbox
from kernel.events import MailRequested


def request(
    document: ConfirmationDocument, *, variables: dict[str, str], recipient: str | None = None
) -> None:
    """One mail to one recipient (default: the confirmation's own address). No mail where there is no address, or where
    the stored text is not a valid one."""
    address = addresses.account_address(document["email"] if recipient is None else recipient)
    if address is None:
        return
    template = documents.template_of(document)
    outbox.emit(MailRequested(recipient=address, template=template, variables=variables))


def signup_variables(
    document: ConfirmationDocument, *, full_name: str, creator_name: str, clinic_name: str
) -> dict[str, str]:
    variables = {
        "Key": document["_id"],
        "Email": document["email"],
        "FullName": full_name,
        "CreatorName": creator_name,
    }
    return {**variables, "ClinicName": clinic_name} if clinic_name else variables
