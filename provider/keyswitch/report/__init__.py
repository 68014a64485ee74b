"""What people read: the digest of a preview, and the inventory and audit of an account's keys.

:mod:`~keyswitch.report.digest` works out what a preview means for each key, :mod:`~keyswitch.report.digest_formats` draws that as Markdown,
text or JSON. :mod:`~keyswitch.report.inventory` looks at all keys of many users, :mod:`~keyswitch.report.checks` says what is wrong with
them. This room imports reconcile, iam, model and messages, and neither pulumi nor boto3. Read first: digest, or checks.
"""
