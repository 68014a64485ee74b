"""AWS: what keyswitch asks of IAM and STS, and how the calls are signed.

:mod:`~keyswitch.iam.client` is the protocol that the rooms above use, :mod:`~keyswitch.iam.boto` the implementation.
:mod:`~keyswitch.iam.credentials` finds which credentials sign a call, and :mod:`~keyswitch.iam.session` makes the SDK's clients with
them. :mod:`~keyswitch.iam.errors` turns every failed call, refused or unanswered, into a ``KeyswitchError``. Botocore is imported
only in this room; ``client`` and ``concurrently`` do not import it. This room imports model and messages. Read first: ``client``.
"""
