"""What keyswitch says: every message under a code, how one is made, and how one is read back.

Imports nothing of keyswitch. No secret and no control character passes :mod:`~keyswitch.messages.format`:
:mod:`~keyswitch.messages.redact` and :mod:`~keyswitch.messages.printable` stand before it. Read first: one
file of ``catalogue``, such as ``ks6_safeguards``, then :mod:`~keyswitch.messages.format`.
"""
