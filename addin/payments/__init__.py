"""Refunds on their way out: approved refunds become a numbered file for the payment provider or the bank.

1. A batch has a number without gaps, the hash of its file and control totals; its refunds, its number and its event
   stand or fall together.
2. The file appears in `outbox/` after the journal has the batch, by one rename, and never a second time.
3. What a file looks like is a profile: one TOML file in `templates/payments/`.
"""

from addin.payments.answers import record_answers
from addin.payments.batches import list_batches, make_batches, payable, put_out, root_of
from addin.payments.profiles import Profile, load_profile, profile_names

__all__ = [
    "Profile", "list_batches", "load_profile", "make_batches", "payable", "profile_names", "put_out", "record_answers",
    "root_of",
]  # fmt: skip
