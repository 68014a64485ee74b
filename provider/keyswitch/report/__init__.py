"""What people read: the digest of a preview, the inventory of an account's keys, and what is wrong with them.

Imports reconcile and the rooms below, neither pulumi nor boto3. Read first: :mod:`~keyswitch.report.digest` for a
pull request's comment, :mod:`~keyswitch.report.checks` for an audit.
"""
