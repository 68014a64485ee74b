"""What keyswitch says: every message has a code and stands in ``catalogue``, one file for each hundred codes.

:mod:`~keyswitch.messages.format` builds the text of a message, and :mod:`~keyswitch.messages.parse` takes one apart again.
Format cleans every message: :mod:`~keyswitch.messages.redact` removes secrets, :mod:`~keyswitch.messages.printable` escapes
control characters. This room imports nothing of keyswitch. Read first: ``catalogue/ks6_safeguards``, then format.
"""
