"""What people read: the digest of a preview, and the inventory and audit of an account's keys.

:mod:`~keyswitch.report.digest` works out what a preview means for each key, :mod:`~keyswitch.report.digest_formats` draws that as Markdown,
text or JSON. :mod:`~keyswitch.report.inventory` looks at all keys of many users, :mod:`~keyswitch.report.organization_walk`
does so in every account of an organization, the controls in :mod:`keyswitch.report.controls` find what is
wrong with them, :mod:`~keyswitch.report.audit_findings` makes an audit of that, and a module for each form draws it. This room imports
reconcile, iam, model and messages, and neither pulumi nor boto3. Read first: digest, or audit.
"""
