"""News for the rooms above."""

from django.dispatch import Signal

# Sent with `operation` when one has ended: succeeded, failed, cancelled, or interrupted for good.
# Receivers run in the process that ended it; what they raise is logged and stops nobody.
operation_finished = Signal()
