"""KS76.: about a walk over the accounts of an organization."""

from __future__ import annotations

from keyswitch.messages.catalogue.message import Message


class NoAccountSelected(Message):
    code = "KS760"
    title = "No account selected"
    text = "{problem}, so no account was looked at"
    remedy = (
        "Check --ou and --account-filter. A filter matches the whole id or name of an "
        "account, such as '*-prod', and ! in front of a pattern leaves accounts out."
    )
    problem: object


class OrganizationScanInterrupted(Message):
    code = "KS761"
    title = "Interrupted scan of an organization"
    text = "the scan stopped early, with {seen} of {accounts} accounts looked at"
    remedy = "Run the same command again within an hour to continue from there."
    seen: object
    accounts: object


class AccountsNotRead(Message):
    code = "KS762"
    title = "Accounts not read"
    text = "{failed} of {accounts} accounts could not be read, and their keys are missing: {ids}"
    remedy = (
        "Correct what the error of each account says. Then run the same command again: within "
        "an hour keyswitch asks only these accounts again."
    )
    why = "A list without the keys of an account would look complete to its reader."
    failed: object
    accounts: object
    ids: object


class AccountNotActive(Message):
    code = "KS763"
    title = "Account not active"
    text = "AWS reports the state {state} for this account, so keyswitch did not look at its keys"
    remedy = (
        "Nothing needs to be done while the account stays closed. If it becomes active again, "
        "run the command again."
    )
    state: object
