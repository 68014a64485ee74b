"""The account in a key id: a hint, where the id is of the newer format."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyswitch.iam.key_ids import account_of
from keyswitch.model.state import Declaration
from keyswitch.model.status import Status
from keyswitch.reconcile.reconciler import Reconciler
from support.strict_iam import ACCOUNT, FakeClient, StrictIam


@pytest.mark.parametrize(
    ("access_key_id", "account"),
    [
        ("ASIAY34FZKBOKMUTVV7A", "609629065308"),
        ("AKIAWDB7XWLS3OBANPCE", "418892985061"),
        ("ASIAQNZGKIQY56JQ7WML", "029608264753"),
        ("AKIAJWMRCSBBKQO4HQCQ", None),
        ("AKIAIOSFODNN7EXAMPLE", None),
        ("AKIAQ", None),
        ("", None),
    ],
)
def test_the_account_is_read_from_ids_of_the_newer_format_only(
    access_key_id: str, account: str | None
) -> None:
    assert account_of(access_key_id) == account


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    account = account_of(text)

    assert account is None or len(account) == 12


@pytest.mark.parametrize(
    ("access_key_id", "says"),
    [
        (
            "AKIAWDB7XWLS3OBANPCE",
            f"account {ACCOUNT} has no such key; the id belongs to account 41",
        ),
        ("AKIAIOSFODNN7EXAMPLE", f"account {ACCOUNT} has no such key (found"),
    ],
)
def test_a_key_that_is_not_found_is_told_with_the_account_that_its_id_names(
    access_key_id: str, says: str
) -> None:
    iam = StrictIam()
    iam.add_user("bob")

    plan = Reconciler(FakeClient(iam)).plan(Declaration(access_key_id, Status.ACTIVE, "bob"), None)

    assert says in str(plan.refusal())
