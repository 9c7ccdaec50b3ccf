"""The collections of the embedded account services, empty where real ones are configured (kernel.stored_models says
what models are for)."""

from typing import Any

from django.db import models
from django_mongodb_backend.fields import ArrayField

from kernel import lives
from kernel.safe_reading import ANY
from kernel.stored_models import PassThroughField, StoredDocument

_USER_ID = "user id"


class Account(StoredDocument):
    """An account."""

    life = lives.as_long_as("the account exists")

    id = models.TextField(primary_key=True, db_column="_id", help_text=_USER_ID)
    username = models.TextField(
        null=True,
        help_text="e-mail address in its canonical form; unique; absent where there is none",
    )
    password = models.TextField(null=True, help_text="its hash")
    roles = ArrayField(models.TextField(), help_text="see `users/choices.py`")
    email_verified = models.BooleanField(db_column="emailVerified", help_text="address confirmed")
    terms_accepted = models.TextField(
        null=True, db_column="termsAccepted", help_text="when the terms were accepted"
    )
    custodian_clinic_id = models.TextField(
        null=True, db_column="custodianClinicId", help_text="the clinic that made it"
    )
    last_login_time = models.DateTimeField(
        null=True,
        db_column="lastLoginTime",
        help_text="a login with the password; others within the hour after it are not noted",
    )
    created_time = models.DateTimeField(db_column="createdTime", help_text="made")
    updated_time = models.DateTimeField(
        null=True, db_column="updatedTime", help_text="changed last"
    )

    class Meta(StoredDocument.Meta):
        db_table = "accounts"

    def __str__(self) -> str:
        return str(self.pk)


class AccountToken(StoredDocument):
    """A session token, gone when it expires."""

    life = lives.expires("AccountTokenExpiry", "until it expires")

    id = models.TextField(primary_key=True, db_column="_id", help_text="SHA-256 of the token")
    user_id = models.TextField(db_column="userId", help_text="user or service it belongs to")
    is_server = models.BooleanField(db_column="isServer", help_text="of a service")
    identity_provider = models.TextField(
        null=True, db_column="identityProvider", help_text="through which the user logged in"
    )
    created_time = models.DateTimeField(db_column="createdTime", help_text="made")
    expires_time = models.DateTimeField(db_column="expiresTime", help_text="end")

    class Meta(StoredDocument.Meta):
        db_table = "accountTokens"

    def __str__(self) -> str:
        return self.user_id


class AccountProfile(StoredDocument):
    """A person's profile."""

    life = lives.as_long_as("the account exists")

    id = models.TextField(primary_key=True, db_column="_id", help_text=_USER_ID)
    profile: Any = PassThroughField(shape=dict, help_text="as it was written; at most 256 KiB")

    class Meta(StoredDocument.Meta):
        db_table = "accountProfiles"

    def __str__(self) -> str:
        return str(self.pk)


class AccountGrant(StoredDocument):
    """What one account lets another one do. One document for each pair."""

    life = lives.as_long_as("both accounts exist and nothing withdraws it")

    owner_id = models.TextField(db_column="ownerId", help_text="whose data it is")
    grantee_id = models.TextField(db_column="granteeId", help_text="who may use it")
    permissions: Any = PassThroughField(
        shape={ANY: dict}, help_text="a key that is present is granted"
    )

    class Meta(StoredDocument.Meta):
        db_table = "accountGrants"

    def __str__(self) -> str:
        return f"{self.owner_id} to {self.grantee_id}"


class AccountRestrictedToken(StoredDocument):
    """A token for certain paths, gone a day after its end."""

    life = lives.expires("RestrictedTokenExpiry", "after it expires")

    id = models.TextField(primary_key=True, db_column="_id", help_text="the token")
    user_id = models.TextField(db_column="userId", help_text="for whom it acts")
    paths = ArrayField(models.TextField(), null=True, help_text="what it may be used for")
    created_time = models.DateTimeField(db_column="createdTime", help_text="made")
    modified_time = models.DateTimeField(
        null=True, db_column="modifiedTime", help_text="changed last"
    )
    expiration_time = models.DateTimeField(db_column="expirationTime", help_text="end")

    class Meta(StoredDocument.Meta):
        db_table = "accountRestrictedTokens"

    def __str__(self) -> str:
        return self.user_id


class AccountData(StoredDocument):
    """What the embedded data service knows of a person."""

    life = lives.as_long_as("the account exists")

    id = models.TextField(primary_key=True, db_column="_id", help_text=_USER_ID)
    has_data = models.BooleanField(null=True, db_column="hasData", help_text="there are data")
    data_sources = PassThroughField(
        null=True, db_column="dataSources", shape=[dict], help_text="as a patient's record has them"
    )
    summaries = PassThroughField(null=True, shape={ANY: dict}, help_text="by kind: cgm, bgm")
    alerts = PassThroughField(null=True, shape={ANY: dict}, help_text="settings by follower")

    class Meta(StoredDocument.Meta):
        db_table = "accountData"

    def __str__(self) -> str:
        return str(self.pk)


class AccountClient(StoredDocument):
    """Client credentials that the embedded token endpoint accepts."""

    life = lives.as_long_as("an operator leaves it there")

    id = models.TextField(primary_key=True, db_column="_id", help_text="client id")
    secret = models.TextField(help_text="its hash")
    user_id = models.TextField(db_column="userId", help_text="the client's own account")

    class Meta(StoredDocument.Meta):
        db_table = "accountClients"

    def __str__(self) -> str:
        return str(self.pk)
