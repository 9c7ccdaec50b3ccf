"""What happens to sign-ups."""

from kernel import outbox


@outbox.event("signup.reminder_due")
class SignupReminderDue(outbox.Event):
    clinic_id: str
    user_id: str = outbox.key()


@outbox.event("signup.resend_requested")
class ResendRequested(outbox.Event):
    request_id: str = outbox.key()
