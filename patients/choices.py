"""Values of fields in patients' records."""

from django.db.models import TextChoices

from users.choices import Grant

# The permissions that a patient can give a clinic, by the names of their stored fields.
PERMISSIONS = tuple(
    grant.value for grant in (Grant.CUSTODIAN, Grant.VIEW, Grant.UPLOAD, Grant.NOTE)
)


class DataProvider(TextChoices):
    """Makers of devices whose accounts deliver data. The labels are the names used in mails."""

    DEXCOM = "dexcom", "Dexcom"
    TWIIST = "twiist", "twiist"
    ABBOTT = "abbott", "FreeStyle Libre"


class SourceState(TextChoices):
    PENDING = "pending", "Pending"
    PENDING_RECONNECT = "pendingReconnect", "Pending reconnect"
    CONNECTED = "connected", "Connected"
    DISCONNECTED = "disconnected", "Disconnected"
    ERROR = "error", "Error"


class Finding(TextChoices):
    """Why data of one provider does or does not arrive. The first five are faults."""

    ERROR = "error"
    DISCONNECTED = "disconnected"
    STALE_DATA = "staleData"
    EXPIRED_INVITE = "expiredInvite"
    STALE_INVITE = "staleInvite"
    INVITED = "invited"
    NO_DATA_YET = "noDataYet"
    ARRIVES = "arrives"
    NEVER_ASKED = "neverAsked"
    UNCLEAR = "unclear"


class IssueCause(TextChoices):
    """Why the data of the tracked source do not arrive. The labels are what staff read."""

    ERROR = Finding.ERROR.value, "Connection failed"
    DISCONNECTED = Finding.DISCONNECTED.value, "Disconnected"
    STALE_DATA = Finding.STALE_DATA.value, "No new data"
    STALE_INVITE = Finding.STALE_INVITE.value, "Invitation not answered"
    EXPIRED_INVITE = Finding.EXPIRED_INVITE.value, "Invitation expired"


class IssueSource(TextChoices):
    """What a patient's connection issues are about: a provider, or the general invitation to connect whatever there
    is."""

    DEXCOM = DataProvider.DEXCOM.value, "Dexcom"
    TWIIST = DataProvider.TWIIST.value, "twiist"
    ABBOTT = DataProvider.ABBOTT.value, "FreeStyle Libre"
    GENERAL = "deviceNonSpecificInvitation", "the general invitation"


class DiagnosisType(TextChoices):
    TYPE_1 = "type1"
    TYPE_2 = "type2"
    TYPE_3C = "type3c"
    GESTATIONAL = "gestational"
    PREDIABETES = "prediabetes"
    LADA = "lada"
    MODY = "mody"
    OTHER = "other"
    NOT_APPLICABLE = "notApplicable"


class RangeType(TextChoices):
    """How a patient's glycemic ranges are specified."""

    PRESET = "preset"
    CUSTOM = "custom"


class RangePreset(TextChoices):
    STANDARD = "adaStandard"
    PREGNANCY_TYPE_1 = "adaPregnancyType1"
    PREGNANCY_TYPE_2 = "adaPregnancyType2"
    HIGH_RISK = "adaHighRisk"


class ExportState(TextChoices):
    """How far an export of a clinic's list is that a worker makes."""

    PENDING = "pending"
    RUNNING = "running"
    READY = "ready"
    EXPIRED = "expired"
    FAILED = "failed"
    CANCELED = "canceled"


class MatchCriterion(TextChoices):
    """The criterion by which an order is matched to its patient."""

    MRN = "MRN"
    MRN_AND_BIRTH_DATE = "MRN_DOB"
    BIRTH_DATE_AND_NAME = "DOB_FULLNAME"
