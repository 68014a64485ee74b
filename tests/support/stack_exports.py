"""What ``pulumi stack export`` prints, read for one account."""

from __future__ import annotations

from datetime import datetime, timezone

from keyswitch.report.expected_keys import ExpectedKey
from keyswitch.report.stack_state import NO_ACCOUNT, read_accounts


def read_export(text: str, account_id: str) -> dict[str, ExpectedKey]:
    by_account = read_accounts(text, datetime.now(timezone.utc))
    return {**by_account.get(NO_ACCOUNT, {}), **by_account.get(account_id, {})}
