"""The ready-made program: the register of keys in the stack's config."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner

from keyswitch import cli
from keyswitch.program.register_program import MANY_KEYS
from support.engine import ROOT, Project, Run
from support.http import RecordingServer, refuse
from support.moto_iam import SHOP, Elsewhere, Outsider, role_in
from support.pages import Shell, shown

pytestmark = pytest.mark.real_engine


def test_one_command_on_one_entry_is_the_whole_change(
    root: Project, iam: RecordingServer, outsider: Outsider, set_key: Callable[..., None]
) -> None:
    bob = outsider.new_user()
    old, new = outsider.new_key(bob), outsider.new_key(bob)
    set_key(old, userName=bob, status="Active", reason="deploys the shop")
    set_key(new, userName=bob, status="Active")
    root.up()
    table = json.loads(root.expect(0, "stack", "output", "--json").stdout)["keys"]
    assert sorted(table, key=lambda row: row["reason"]) == [
        {"key": new, "user": bob, "status": "Active", "pending": "", "reason": ""},
        {"key": old, "user": bob, "status": "Active", "pending": "", "reason": "deploys the shop"},
    ]

    (block,) = shown(ROOT / "README.md", "tests/engine/test_root_program.py")
    Shell(root.folder, root.env, {"AKIAIOSFODNN7EXAMPLE": old}).type(block)
    preview = root.preview("--diff")

    assert preview.words.count('~ status : "Active" => "Inactive"') == 1
    assert "1 to update" in preview.text
    root.up()
    assert iam.writes == [(old, "Inactive")]


def test_drift_is_shown_by_every_preview_because_the_project_always_refreshes(
    root: Project, outsider: Outsider, set_key: Callable[..., None]
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    set_key(key, userName=bob, status="Inactive")
    root.up()
    outsider.switch(bob, key, "Active")

    assert '~ status : "Active" => "Inactive"' in root.preview("--diff").words
    root.up()
    assert outsider.status(bob, key) == "Inactive"
    root.destroy()
    assert outsider.status(bob, key) == "Inactive"


def test_bad_entries_are_all_reported_each_by_its_id_and_a_secret_by_its_place(
    root: Project, iam: RecordingServer
) -> None:
    secret = "wJalrXUtnFEMIqK7MDENGzbPxRfiCYEXAMPLEKEY"
    entries = {
        "AKIAIOSFODNN7EXAMPL1": {"status": "disabled"},
        "AKIAIOSFODNN7EXAMPL2": {"userName": "bob", "state": "Inactive"},
        "AKIAIOSFODNN7EXAMPL3": "Inactive",
        "short": {"status": "Active", "userName": "no/path"},
        secret: {"status": "Active"},
    }
    root.expect(0, "config", "set", "keyswitch:keys", json.dumps(entries))

    preview = root.preview(code=1)

    errors = preview.diagnostics("error:")
    assert any("KS103 entry AKIAIOSFODNN7EXAMPL1: " in e and '"Inactive"?' in e for e in errors)
    assert any("KS101 entry AKIAIOSFODNN7EXAMPL2: " in e for e in errors)
    assert any("KS102 entry AKIAIOSFODNN7EXAMPL2: " in e for e in errors)
    assert any("KS111" in e and "entry AKIAIOSFODNN7EXAMPL3 is not a map" in e for e in errors)
    assert any("KS104 entry short: " in e for e in errors)
    assert any("KS107 entry short: " in e for e in errors)
    assert any("KS106 entry number 5: " in e for e in errors)
    assert any("KS116" in e and "has 7 problems" in e for e in errors)
    assert secret not in preview.text
    assert iam.calls == []


def test_an_empty_register_is_an_empty_stack(root: Project) -> None:
    root.up()

    assert root.resources() == {}


def register(root: Project, keys: dict[str, dict[str, str]], **more: str) -> None:
    """Writes the stack's config anew, which one ``pulumi config set`` a key would take long to do."""
    path = root.folder / "Pulumi.test.yaml"
    kept = [line for line in path.read_text().splitlines() if line.startswith("encryption")]
    config = {"keyswitch:keys": keys, **{f"keyswitch:{name}": text for name, text in more.items()}}
    path.write_text("\n".join([*kept, f"config: {json.dumps(config)}\n"]))


def test_a_register_of_any_size_has_the_form_that_it_says_and_can_change_it(
    root: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    users = [outsider.new_user() for _ in range(MANY_KEYS)]
    keys = {outsider.new_key(user): {"userName": user, "status": "Active"} for user in users}
    few = dict(list(keys.items())[:-1])
    set_up = (
        (few, {}, MANY_KEYS - 1, 0),
        (keys, {}, MANY_KEYS, 1),
        (keys, {"fleet": "true", "maxChanges": "10%"}, 1, 0),
    )

    for declared, more, resources, notes in set_up:
        register(root, declared, **more)
        preview = json.loads(root.preview("--json").stdout)
        assert preview["changeSummary"]["create"] == resources + 1, more
        told = [each["message"] for each in preview["diagnostics"]]
        assert sum(text.startswith("KS161 ") for text in told) == notes
        assert sum(text.startswith("KS225 ") for text in told) == 1
        digested = CliRunner().invoke(cli.main, ["digest", "-"], input=json.dumps(preview))
        assert f"{len(declared)} keys adopted as found" in digested.output

    three = dict(list(keys.items())[:3])
    register(root, three, fleet="true")
    root.up()
    table = json.loads(root.expect(0, "stack", "output", "--json").stdout)["keys"]
    assert {row["key"]: (row["user"], row["status"]) for row in table} == {
        key: (entry["userName"], "Active") for key, entry in three.items()
    }
    register(root, three)
    root.up()
    register(root, three, fleet="true")
    root.up()
    root.preview("--expect-no-changes")
    assert iam.writes == []

    for wrong in ({"fleet": "false", "maxChanges": "3"}, {"maxChanges": "3"}):
        register(root, three, **wrong)
        assert "KS133" in root.preview(code=1).text
    register(root, three, fleet="always")
    assert "key 'fleet' must be of type 'boolean'" in root.run("preview").text


def test_a_leaked_key_of_a_large_register_goes_off_whatever_becomes_of_the_others(
    root: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    """docs/how-to/incident.md: past maxChanges, and past a key that cannot be looked at."""
    users = [outsider.new_user() for _ in range(4)]
    keys = {outsider.new_key(user): {"userName": user, "status": "Active"} for user in users}
    register(root, keys, fleet="true", maxChanges="1")
    root.up()
    leaked, unseen, *others = keys
    off = {key: {**keys[key], "status": "Inactive"} for key in (leaked, *others)}
    off[leaked]["override"] = "INC-4711 leaked"
    register(root, {**keys, **off}, fleet="true", maxChanges="1")
    iam.rules.append(
        refuse("ListAccessKeys", 403, "AccessDenied", "no", only=keys[unseen]["userName"])
    )

    root.up("--target", f"**::{leaked}")
    refreshed = root.up(code=1)
    assert "KS407" in refreshed.text
    assert iam.writes == []
    up = root.up("--refresh=false", "--continue-on-error", code=1)

    assert iam.writes == [(leaked, "Inactive")]
    assert f"Only {leaked} passed, by override" in up.words
    iam.rules.clear()
    register(root, {**keys, leaked: off[leaked]}, fleet="true", maxChanges="1")
    root.preview("--expect-no-changes")


def test_the_example_register_is_one_that_the_program_reads(
    root: Project, iam: RecordingServer
) -> None:
    with (root.folder / "Pulumi.test.yaml").open("a") as stack_config:
        stack_config.write((ROOT / "Pulumi.example.yaml").read_text())

    preview = root.preview(code=1)

    assert preview.row("AKIAIOSFODNN7EXAMPLE").partition("error: ")[2].startswith("KS201")
    assert preview.row("AKIAI44QH8DHBEXAMPLE").partition("error: ")[2].startswith("KS201")


def test_an_entry_has_the_safeguards_of_the_defaults_and_its_own(
    root: Project, iam: RecordingServer, outsider: Outsider, set_key: Callable[..., None]
) -> None:
    bob = outsider.new_user()
    key, other = outsider.new_key(bob), outsider.new_key(bob)
    outsider.use(key)
    set_key(key, userName=bob, status="Inactive")
    set_key(other, userName=bob, status="Inactive", override="INC-4711 leaked")
    safeguards = {"unusedFor": "7d", "allowOwnKey": "true", "unmet": "hold"}
    root.configure({f"defaults.safeguards.{name}": value for name, value in safeguards.items()})

    root.up()

    assert iam.writes == [(other, "Inactive")]
    table = json.loads(root.expect(0, "stack", "output", "--json").stdout)["keys"]
    pending = {row["key"]: row["pending"] for row in table}
    assert pending[other] == ""
    assert "Inactive, held since 20" in pending[key]
    root.preview("--expect-no-changes")

    root.expect(0, "config", "set", "--path", "keyswitch:defaults.safeguards.unmet", "wait")
    assert "KS108 keyswitch:defaults: safeguards.unmet is" in root.preview(code=1).text


def test_an_entry_names_an_account_of_the_register_and_is_let_go_in_it(
    root: Project, iam: RecordingServer, outsider: Outsider, set_key: Callable[..., None]
) -> None:
    shop = Elsewhere(iam, SHOP)
    bob = outsider.new_user("both")
    own, theirs = outsider.new_key(bob), shop.new_key(bob)
    shop_account = {"roleArn": role_in(SHOP), "allowedAccountIds[0]": SHOP}
    root.configure({f"accounts.shop.{name}": value for name, value in shop_account.items()})
    set_key(own, userName=bob, status="Inactive", onDestroy="restore")
    set_key(theirs, userName=bob, status="Inactive", onDestroy="restore", account="shop")

    root.up()
    assert (outsider.status(bob, own), shop.status(bob, theirs)) == ("Inactive", "Inactive")
    root.preview("--expect-no-changes")

    iam.reset()
    root.destroy()
    assert sorted(iam.writes) == sorted([(own, "Active"), (theirs, "Active")])
    assert shop.status(bob, theirs) == "Active"


def in_clear(root: Project, *runs: Run) -> str:
    """All that a run leaves behind for others: what it printed, the state, the stack's outputs, a digest."""
    preview = next(run.stdout for run in runs if "--json" in run.command)
    state = root.expect(0, "stack", "export").stdout
    outputs = root.expect(0, "stack", "output", "--json").stdout
    digested = CliRunner().invoke(cli.main, ["digest", "-"], input=preview)
    assert digested.exit_code == 0, digested.output
    return "\n".join([*(run.text for run in runs), state, outputs, digested.output])


def test_what_is_encrypted_in_the_register_stays_encrypted_in_either_form(
    root: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    shop = Elsewhere(iam, SHOP)
    bob = outsider.new_user("both")
    own, theirs = outsider.new_key(bob), shop.new_key(bob)
    eve = outsider.new_user()
    turned = outsider.new_key(eve)
    words = (
        "fired for theft",
        "INC-9 leaked by Mallory",
        "a-shared-external-id",
        "moved by Trudy",
    )
    entries = {
        own: {"userName": bob, "status": "Inactive"},
        theirs: {"userName": bob, "status": "Inactive", "account": "shop", "onDestroy": "restore"},
    }
    register(root, entries)
    rotation = {"rotations.eve.userName": eve, "rotations.eve.current": turned}
    root.configure({"accounts.shop.roleArn": role_in(SHOP), **rotation})
    for path, word in zip(
        (
            f"keys.{theirs}.reason",
            f"keys.{own}.override",
            "accounts.shop.externalId",
            "rotations.eve.reason",
        ),
        words,
        strict=True,
    ):
        root.expect(0, "config", "set", "--path", "--secret", f"keyswitch:{path}", word)

    for fleet in ("false", "true"):
        root.expect(0, "config", "set", "keyswitch:fleet", fleet)
        preview = root.preview("--json")
        left = in_clear(root, preview, root.up())
        for word in words:
            assert word not in left, fleet
        told = " ".join(each["message"] for each in json.loads(preview.stdout)["diagnostics"])
        assert f"KS612 access key {own}" in told, fleet
        assert '"(a secret)"' in told, fleet
        assert ("KS222 " in told) == (fleet == "true")
        table = json.loads(root.expect(0, "stack", "output", "--json").stdout)["keys"]
        shown = {row["key"]: (row["user"], row["status"], row["reason"]) for row in table}
        assert shown[theirs] == (bob, "Inactive", "[secret]")
        assert shown[own][:2] == (bob, "Inactive")
        assert shown[turned] == (eve, "Active", "[secret]")
        root.preview("--expect-no-changes")
        outsider.switch(bob, own, "Active")

    root.destroy()
    assert shop.status(bob, theirs) == "Active"


def test_a_register_that_is_one_secret_works_and_its_problems_repeat_nothing(
    root: Project, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    entry = {"userName": bob, "status": "Active", "reason": "fired for theft"}
    secretly = ("config", "set", "--secret", "keyswitch:keys")
    root.expect(0, *secretly, json.dumps({key: entry}))

    preview = root.preview("--json")
    left = in_clear(root, preview, root.up())
    root.expect(0, *secretly, json.dumps({key: {**entry, "status": "theft again"}}))
    refused = root.preview(code=1)

    assert f"KS103 entry {key}: the status (a secret, not shown)" in refused.text
    assert "theft" not in left + refused.text
