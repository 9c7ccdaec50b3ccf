"""The embedded report service: one page of a patient's last fourteen days, as PDF."""
