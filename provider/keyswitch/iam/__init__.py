"""AWS: what keyswitch asks of IAM and STS, and how it gets there.

Imports model and messages. :mod:`~keyswitch.iam.client` is the protocol that everything above is written
against; :mod:`~keyswitch.iam.boto` is the implementation, :mod:`~keyswitch.iam.session` and
:mod:`~keyswitch.iam.credentials` find what signs, and :mod:`~keyswitch.iam.errors` turns what AWS refuses into
messages. Only this room, and in it neither the protocol nor ``concurrently``, imports botocore. Read first: the client.
"""
