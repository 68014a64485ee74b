"""Observe, diff, plan, apply: what becomes of one key or of many, without pulumi and without boto3.

Imports iam's protocol, model and messages. Read first: :mod:`~keyswitch.reconcile.diff`, the decision as a table;
then :mod:`~keyswitch.reconcile.reconciler`, the life of one key, and :mod:`~keyswitch.reconcile.batch`, of many.
The safeguards are judged in :mod:`~keyswitch.reconcile.safeguards` from what :mod:`~keyswitch.reconcile.evidence` looks up.
"""
