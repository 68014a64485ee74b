"""The walk over users, and the journal that lets it go on."""

from __future__ import annotations

import json
import stat
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from keyswitch.cli import checkpoint as checkpoint_module
from keyswitch.cli.checkpoint import KEPT, AccountsCheckpoint, Checkpoint
from keyswitch.iam.client import AccessKey, Caller, LastUsed
from keyswitch.iam.concurrently import AT_A_TIME
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.status import ObservedStatus
from keyswitch.reconcile.clock import Clock
from keyswitch.report.inventory import Inventory, RootKeys, SeenUser, look_at, walk
from support.strict_iam import CountingGateway, FakeClient, StrictIam
from support.world import Calendar, Denied

CALLER = Caller("123456789012", "arn:aws:iam::123456789012:user/ci", "https://iam.amazonaws.com")


@pytest.fixture
def iam() -> StrictIam:
    return StrictIam(page=2)


def users(iam: StrictIam, count: int) -> list[str]:
    names = [f"user-{number:03d}" for number in range(count)]
    for name in names:
        iam.add_key(name)
    return names


def test_a_user_is_seen_with_keys_last_use_and_policies(iam: StrictIam) -> None:
    used, unused = iam.add_key("bob"), iam.add_key("bob", ObservedStatus.INACTIVE)
    iam.used[used] = "2026-03-01T09:00:00Z"
    iam.policies["bob"] = ["AWSCompromisedKeyQuarantineV3"]

    bob = look_at(FakeClient(iam), "bob")

    assert bob is not None
    assert [each.key.access_key_id for each in bob.keys] == [used, unused]
    assert [each.used.date if each.used else "?" for each in bob.keys] == [
        "2026-03-01T09:00:00Z",
        None,
    ]
    assert bob.policies == ("AWSCompromisedKeyQuarantineV3",)


def test_what_is_not_allowed_is_left_out_but_for_the_keys_themselves(iam: StrictIam) -> None:
    iam.add_key("bob")

    bob = look_at(Denied(iam), "bob")

    assert bob is not None
    assert bob.policies is None
    assert [each.used for each in bob.keys] == [None]


def test_a_last_use_that_names_another_user_is_left_out(iam: StrictIam) -> None:
    class Mistaken(FakeClient):
        def last_used(self, access_key_id: str) -> LastUsed:
            return LastUsed("eve", "2026-03-01T09:00:00Z", "s3", "eu-west-1")

    iam.add_key("bob")

    bob = look_at(Mistaken(iam), "bob")

    assert bob is not None
    assert [each.used for each in bob.keys] == [None]


def test_of_a_user_without_keys_only_those_are_asked_for(iam: StrictIam) -> None:
    iam.add_user("bob")
    client = FakeClient(iam)

    assert look_at(client, "bob") == SeenUser("bob", (), ())
    assert look_at(client, "gone-meanwhile") is None
    assert client.log == ["list bob", "list gone-meanwhile"]


def test_every_user_is_looked_at_once_several_at_a_time_and_never_more(iam: StrictIam) -> None:
    names = users(iam, 40)
    client = CountingGateway(iam, ("user-000", "user-001"))
    told: list[str] = []
    walk(client, names, lambda name, _: told.append(name))

    assert sorted(told) == names
    assert sorted(line for line in client.log if line.startswith("list")) == [
        f"list {name}" for name in names
    ]
    assert 2 <= client.most <= AT_A_TIME


def test_after_a_fault_no_further_user_is_begun_and_what_was_seen_is_told(iam: StrictIam) -> None:
    names = users(iam, 60)

    class Failing(FakeClient):
        def list_access_keys(self, user_name: str | None) -> tuple[AccessKey, ...]:
            keys = super().list_access_keys(user_name)
            if user_name == "user-010":
                raise KeyswitchError(catalogue.Throttled(operation="x", attempts="8 times"))
            return keys

    client = Failing(iam)
    told: dict[str, SeenUser | None] = {}
    with pytest.raises(KeyswitchError) as raised:
        walk(client, names, told.__setitem__)

    assert type(raised.value.message) is catalogue.Throttled
    begun = {line.removeprefix("list ") for line in client.log if line.startswith("list")}
    assert begun - {"user-010"} == set(told)
    assert len(begun) <= 10 + 2 * AT_A_TIME


def test_an_interrupt_tells_what_was_seen_and_waits_for_no_call(iam: StrictIam) -> None:
    names = users(iam, 3)
    answered, never = threading.Barrier(3, timeout=10), threading.Event()

    class Hanging(FakeClient):
        def list_access_keys(self, user_name: str | None) -> tuple[AccessKey, ...]:
            keys = super().list_access_keys(user_name)
            if user_name == "user-000":
                return keys
            answered.wait()
            never.wait()
            return keys

    told: list[str] = []

    def tell(name: str, _: SeenUser | None) -> None:
        told.append(name)
        answered.wait()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        walk(Hanging(iam), names, tell)

    assert told == ["user-000"]
    never.set()


def test_a_journal_goes_on_where_the_last_one_ended(iam: StrictIam, tmp_path: Path) -> None:
    names = users(iam, 3)
    iam.used[next(iter(iam.users["user-000"]))] = "2026-03-01T09:00:00Z"
    iam.policies["user-001"] = ["AWSCompromisedKeyQuarantineV3"]
    client = FakeClient(iam)
    first = Checkpoint(tmp_path, CALLER, ("/",))
    for name in names:
        first.note(name, look_at(client, name))
    first.note("gone", None)

    again = Checkpoint(tmp_path, CALLER, ("/",))

    assert again.seen == first.seen
    assert Checkpoint(tmp_path, CALLER, ("/",), fresh=True).seen == {}
    again.end()
    assert Checkpoint(tmp_path, CALLER, ("/",)).seen == {}


def test_the_first_users_of_one_account_among_many_are_kept_together(
    iam: StrictIam, tmp_path: Path
) -> None:
    accounts = AccountsCheckpoint(tmp_path, CALLER, ("/",))
    names = users(iam, 30)
    under_way = accounts.of_account("222222222222")
    kept = []
    for name in names:
        under_way.note(name, look_at(FakeClient(iam), name))
        kept.append(len(accounts.of_account("222222222222").seen))

    assert kept == [*[0] * 19, *range(20, 31)]
    assert accounts.of_account("333333333333").seen == {}


def test_a_journal_of_accounts_has_all_that_is_known_of_each(
    iam: StrictIam, tmp_path: Path
) -> None:
    users(iam, 3)
    seen = tuple(filter(None, (look_at(FakeClient(iam), name) for name in sorted(iam.users))))
    inventory = Inventory(
        tuple(replace(user, path="/ci/") for user in seen),
        datetime.now(timezone.utc).replace(microsecond=0),
        is_complete=False,
        root_keys=RootKeys.PRESENT,
        report="2026-03-01T09:00:00Z",
        passed_over=7,
    )
    AccountsCheckpoint(tmp_path, CALLER, ("/",)).note("222222222222", inventory)

    assert AccountsCheckpoint(tmp_path, CALLER, ("/",)).seen == {"222222222222": inventory}
    assert AccountsCheckpoint(tmp_path, CALLER, ("/",), fresh=True).seen == {}
    assert AccountsCheckpoint(tmp_path, CALLER, ("/other/",)).seen == {}


def test_an_account_whose_first_user_was_seen_over_an_hour_ago_is_looked_at_anew(
    tmp_path: Path,
) -> None:
    since = datetime.now(timezone.utc) - KEPT - timedelta(seconds=2)
    AccountsCheckpoint(tmp_path, CALLER, ("/",)).note(
        "222222222222", Inventory((), since, is_complete=True)
    )

    assert AccountsCheckpoint(tmp_path, CALLER, ("/",)).seen == {}


@pytest.mark.parametrize(
    "damage",
    [
        lambda line: line[: len(line) // 2],
        lambda line: line.replace("Active", "active"),
        lambda line: line.replace("2026-01-31", "someday"),
        lambda line: json.dumps([*json.loads(line)[:3]]),
        lambda _: "[" * 100_000,
        lambda _: "[5, 5, 5, 5]",
        lambda _: "[{}, [], null, []]",
        lambda _: "\x00\x00",
        lambda line: line.replace("Z", "", 1),
    ],
)
def test_a_damaged_line_of_a_journal_is_none_and_the_others_count(
    iam: StrictIam, tmp_path: Path, damage: Callable[[str], str]
) -> None:
    first = Checkpoint(tmp_path, CALLER, ("/",))
    for name in users(iam, 2):
        first.note(name, look_at(FakeClient(iam), name))
    (journal,) = tmp_path.glob("*.jsonl")
    _, line, other = journal.read_text().split("\n")
    journal.write_text(f"\n{damage(line)}\n{other}")

    assert set(Checkpoint(tmp_path, CALLER, ("/",)).seen) == {"user-001"}


def test_a_journal_of_another_version_or_of_a_time_to_come_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ahead(Clock):
        def now(self) -> datetime:
            return super().now() + timedelta(days=1)

    Checkpoint(tmp_path, CALLER, ("/",)).note("bob", None)
    with monkeypatch.context() as other:
        other.setattr(checkpoint_module, "__version__", "another")
        assert Checkpoint(tmp_path, CALLER, ("/",)).seen == {}
    assert set(Checkpoint(tmp_path, CALLER, ("/",)).seen) == {"bob"}
    Checkpoint(tmp_path, CALLER, ("/later/",), clock=Ahead()).note("bob", None)
    assert Checkpoint(tmp_path, CALLER, ("/later/",)).seen == {}


@pytest.mark.parametrize(
    ("caller", "selection"),
    [
        (CALLER, ("/other/",)),
        (replace(CALLER, account_id="999999999999"), ("/",)),
        (replace(CALLER, arn="arn:aws:iam::123456789012:user/auditor"), ("/",)),
        (replace(CALLER, endpoint="http://127.0.0.1:5000"), ("/",)),
    ],
)
def test_a_journal_of_another_walk_is_not_gone_on_with(
    tmp_path: Path, caller: Caller, selection: tuple[str, ...]
) -> None:
    Checkpoint(tmp_path, CALLER, ("/",)).note("bob", None)

    assert Checkpoint(tmp_path, caller, selection).seen == {}
    assert set(Checkpoint(tmp_path, CALLER, ("/",)).seen) == {"bob"}


def test_without_an_account_or_a_folder_nothing_is_kept_and_nothing_fails(tmp_path: Path) -> None:
    unknown = Checkpoint(tmp_path, Caller("", "", CALLER.endpoint), ("/",))
    (tmp_path / "file").write_text("")
    nowhere = Checkpoint(tmp_path / "file" / "below", CALLER, ("/",))

    for checkpoint in (unknown, nowhere):
        checkpoint.note("bob", None)
        checkpoint.end()
        assert (checkpoint.seen, checkpoint.is_kept) == ({"bob": None}, False)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    "account_id", ["../../outside", "12345678901", "1234567890123", "\u0661" * 12, "123456789012\n"]
)
def test_an_account_id_that_is_none_names_no_file_and_nothing_is_kept(
    tmp_path: Path, account_id: str
) -> None:
    folder = tmp_path / "a" / "b" / "walk-.." / "c"
    folder.mkdir(parents=True)
    checkpoint = Checkpoint(folder, replace(CALLER, account_id=account_id), ("/",))

    checkpoint.note("bob", None)
    checkpoint.end()

    assert not checkpoint.is_kept
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_the_end_of_a_journal_throws_nothing_else_away(tmp_path: Path) -> None:
    caller = replace(CALLER, account_id="/../../victim")
    folder = tmp_path / "journals"
    (folder / "walk-").mkdir(parents=True)
    Checkpoint(folder, CALLER, ("/",)).note("bob", None)
    (journal,) = folder.glob("*.jsonl")
    checkpoint = Checkpoint(folder, caller, ("/",))
    named = journal.name.rpartition("-")[2]
    victim = tmp_path / f"victim-{named}"
    victim.write_text("precious")

    checkpoint.end()

    assert victim.read_text() == "precious"


def test_a_journal_is_its_owners_alone_and_survives_a_cut_line(tmp_path: Path) -> None:
    Checkpoint(tmp_path, CALLER, ("/",)).note("bob", None)
    (path,) = tmp_path.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    with path.open("a") as file:
        file.write('\n["2026-11-25T09:30:00Z", "eve", {"user_name": "eve", "ke')
    again = Checkpoint(tmp_path, CALLER, ("/",))
    assert set(again.seen) == {"bob"}
    again.note("carol", None)
    assert set(Checkpoint(tmp_path, CALLER, ("/",)).seen) == {"bob", "carol"}


def test_each_user_is_forgotten_in_time_however_often_the_walk_is_gone_on_with(
    tmp_path: Path,
) -> None:
    clock = Calendar()

    def checkpoint() -> Checkpoint:
        return Checkpoint(tmp_path, CALLER, ("/",), clock=clock)

    first = checkpoint()
    first.note("bob", None)
    begun = clock.today
    clock.today += KEPT / 2
    second = checkpoint()
    assert second.since == begun
    second.note("carol", None)

    clock.today += KEPT / 2 + timedelta(seconds=1)
    third = checkpoint()
    assert set(third.seen) == {"carol"}
    clock.today += KEPT
    assert (checkpoint().seen, checkpoint().since) == ({}, clock.today)
