"""Events of sign-ups: a reminder is due, a new link was requested."""

from kernel import accesses, outbox


@outbox.event("signup.reminder_due", access=accesses.in_path("user_id"))
class SignupReminderDue(outbox.Event):
    clinic_id: str
    user_id: str = outbox.key()


@outbox.event("signup.resend_requested", access=accesses.SOMEONE)
class ResendRequested(outbox.Event):
    request_id: str = outbox.key()
