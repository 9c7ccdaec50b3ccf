"""Events of sign-ups: a reminder is due, a new link was requested."""

from kernel import outbox


@outbox.event("signup.reminder_due")
class SignupReminderDue(outbox.Event):
    clinic_id: str
    user_id: str = outbox.key()


@outbox.event("signup.resend_requested")
class ResendRequested(outbox.Event):
    request_id: str = outbox.key()
