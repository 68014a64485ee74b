"""Decides what to do with a key, and does it: for one key or for a fleet, many keys in one resource.

:mod:`~keyswitch.reconcile.reconciler` leads one key through these steps, :mod:`~keyswitch.reconcile.batch` many keys:

- :mod:`~keyswitch.reconcile.observe` looks at the live key, and decides whether a key that is not found is deleted or only cannot be seen;
- :mod:`~keyswitch.reconcile.diff` decides, in a table, from what is declared, observed and recorded;
- :mod:`~keyswitch.reconcile.evidence` looks up what the declared safeguards need to know, and no more; from that
  :mod:`~keyswitch.reconcile.safeguards` decides whether the switch is allowed;
- :mod:`~keyswitch.reconcile.planner` brings these together, and :mod:`~keyswitch.reconcile.plan` puts the decision into words;
- :mod:`~keyswitch.reconcile.apply` writes once, then looks until IAM shows the new status;
- :mod:`~keyswitch.reconcile.on_destroy` decides what happens to a key that the program no longer declares.

:mod:`~keyswitch.reconcile.coordination` remembers the switches that this run has allowed or made, so that of a user's two keys
the second one is judged in their light. This room imports iam (``client``, ``concurrently`` and ``key_ids``), model and messages,
and neither pulumi nor boto3. Read first: diff, then reconciler.
"""
