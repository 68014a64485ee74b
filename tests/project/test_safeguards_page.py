"""The messages of safeguards in full, and docs/safeguards.md, which shows some as keyswitch prints them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from syrupy.assertion import SnapshotAssertion

from keyswitch.messages.catalogue import ALL
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.batch_declaration import BatchDeclaration
from keyswitch.model.change_limit import MaxChanges
from keyswitch.model.durations import Duration
from keyswitch.model.safeguards import DeclaredSafeguards
from keyswitch.model.state import Declaration
from keyswitch.model.status import ObservedStatus, OnDestroy, OnDrift, Status, WhenUnmet
from keyswitch.reconcile.batch import Batch
from keyswitch.reconcile.key_quota import refuse_third_key
from keyswitch.reconcile.reconciler import Reconciler
from support.engine import ROOT
from support.strict_iam import FakeClient
from support.world import TODAY, Denied, World

PAGE = (ROOT / "docs" / "safeguards.md").read_text()
ON, OFF = Status.ACTIVE, Status.INACTIVE
ACTIVE, INACTIVE = ObservedStatus.ACTIVE, ObservedStatus.INACTIVE
KEY, OTHER = "AKIASTRICT0000000000", "AKIASTRICT0000000001"
SEVEN_DAYS = DeclaredSafeguards(unused_for=Duration.read("7d"))


def off(**more: object) -> Declaration:
    return replace(Declaration(KEY, OFF, "bob"), **more)  # type: ignore[arg-type]


def world(*others: ObservedStatus, made_days_ago: float = 400) -> World:
    world = World()
    world.iam.add_key("bob", made=TODAY - timedelta(days=400))
    for status in others:
        world.iam.add_key("bob", status, made=TODAY - timedelta(days=made_days_ago))
    return world


def told(world: World, declaration: Declaration, signer: str = "AKIACI") -> list[str]:
    """What a preview of an adoption says."""
    plan = world.phase(signer).plan(declaration, None, for_reader=True)
    refusal = plan.refusal()
    return [str(refusal)] if refusal else [*plan.notes(), *plan.warnings()]


def denied(world: World, declaration: Declaration) -> list[str]:
    """The same without any optional permission."""
    reconciler = Reconciler(Denied(world.iam), world.clock)
    plan = reconciler.plan(declaration, None, for_reader=True)
    refusal = plan.refusal()
    return [str(refusal)] if refusal else list(plan.warnings())


def used(world: World, key: str = KEY, **ago: float) -> World:
    world.use(key, **ago)
    return world


def guarded(**safeguards: object) -> Declaration:
    return off(safeguards=DeclaredSafeguards(**safeguards))  # type: ignore[arg-type]


def successor() -> list[str]:
    there = used(used(world(ACTIVE), hours=3), OTHER, days=2)
    return told(there, guarded(successor=OTHER))


def switching_on(world: World, **safeguards: object) -> list[str]:
    world.iam.set_status(KEY, INACTIVE)
    return told(world, replace(guarded(**safeguards), status=ON))


def quarantined() -> list[str]:
    there = world()
    there.iam.policies["bob"] = ["AWSCompromisedKeyQuarantineV3"]
    return switching_on(there, refuse_quarantined=True, allow_reactivation=True)


def quarantine_denied() -> list[str]:
    there = world()
    there.iam.set_status(KEY, INACTIVE)
    safeguards = DeclaredSafeguards(refuse_quarantined=True, allow_reactivation=True)
    return denied(there, off(status=ON, safeguards=safeguards))


def released() -> list[str]:
    there = used(world(ACTIVE), hours=3)
    declaration = off(safeguards=replace(SEVEN_DAYS, unmet=WhenUnmet.HOLD))
    held = there.phase().apply(declaration, None)
    there.clock.today += timedelta(days=8)
    return list(there.phase().plan(declaration, held).notes())


def reported() -> list[str]:
    there = world()
    declaration = off(on_drift=OnDrift.REPORT)
    record = there.phase().apply(declaration, None)
    there.iam.set_status(KEY, ACTIVE)
    return list(there.phase().plan(declaration, record).warnings())


def withdrawn() -> list[str]:
    there = used(world(ACTIVE), days=30)
    record = there.phase().apply(off(override="INC-4711 leaked"), None)
    reconciler = Reconciler(FakeClient(there.iam), there.clock, shows_overrides=True)
    return [str(reconciler.plan(off(status=ON), record).refusal())]


def signer_went() -> list[str]:
    there, told = world(ACTIVE), list[str]()
    reconciler = Reconciler(FakeClient(there.iam, KEY), there.clock)
    reconciler.apply(off(override="INC-4711 leaked"), None, told.append)
    return told


def lost_by_a_race() -> list[str]:
    class Meanwhile(FakeClient):
        def update_access_key(self, access_key_id: str, user_name: str | None, to: Status) -> None:
            self.iam.set_status(OTHER, INACTIVE)
            super().update_access_key(access_key_id, user_name, to)

    there = world(ACTIVE)
    try:
        Reconciler(Meanwhile(there.iam), there.clock).apply(guarded(keep_one_active=True), None)
    except KeyswitchError as error:
        return [str(error)]
    return []


def third_key() -> list[str]:
    try:
        refuse_third_key(FakeClient(world(INACTIVE).iam), "bob", announced=0)
    except KeyswitchError as refusal:
        return [str(refusal)]
    return []


def destroyed(on_destroy: OnDestroy, status: Status) -> list[str]:
    there = world()
    safeguards = DeclaredSafeguards(keep_one_active=True)
    declaration = off(status=status, on_destroy=on_destroy, safeguards=safeguards)
    record = there.phase().apply(declaration, None)
    if on_destroy is OnDestroy.RESTORE:
        there.iam.set_status(KEY, INACTIVE)
    try:
        return [str(there.phase().destroy(record))]
    except KeyswitchError as refusal:
        return [str(refusal)]


def fleet_of(count: int, max_changes: str) -> tuple[FakeClient, BatchDeclaration]:
    world = World()
    keys = [Declaration(world.iam.add_key(f"user-{n}"), OFF, f"user-{n}") for n in range(count)]
    return FakeClient(world.iam), BatchDeclaration(tuple(keys), MaxChanges.read(max_changes))


def too_many() -> list[str]:
    client, declared = fleet_of(10, "20%")
    for key in declared.keys[3:]:
        client.iam.set_status(key.access_key_id, INACTIVE)
    reconciler = Reconciler(client)
    return [str(Batch(lambda _: reconciler).plan(declared, {}).too_wide)]


def one_failed() -> list[str]:
    client, declared = fleet_of(3, "3")
    client.iam.set_status(declared.keys[1].access_key_id, ObservedStatus.EXPIRED)
    on = replace(declared.keys[1], status=ON)
    declared = replace(declared, keys=(declared.keys[0], on, declared.keys[2]))
    reconciler = Reconciler(client)
    fleet = Batch(lambda _: reconciler)
    failure = fleet.apply(fleet.plan(declared, {}), {}, print).failure(declared.ids)
    assert failure is not None
    return [str(failure.without_related())]


def one_not_let_go() -> list[str]:
    client, declared = fleet_of(3, "3")
    kept = DeclaredSafeguards(keep_one_active=True)
    keys = [replace(key, status=ON, on_destroy=OnDestroy.DEACTIVATE) for key in declared.keys]
    keys[1] = replace(keys[1], safeguards=kept)
    reconciler = Reconciler(client)
    fleet = Batch(lambda _: reconciler)
    records = fleet.apply(fleet.plan(BatchDeclaration(tuple(keys)), {}), {}, print).records
    try:
        fleet.destroy(records, None, print)
    except KeyswitchError as failure:
        return [str(failure.without_related())]
    return []


SCENES: dict[str, Callable[[], list[str]]] = {
    "KS601": lambda: told(world(ACTIVE), off(), signer=KEY),
    "KS602": lambda: told(used(world(ACTIVE), hours=3), off(safeguards=SEVEN_DAYS)),
    "KS603": lambda: told(used(world(INACTIVE), hours=3), guarded(successor=OTHER)),
    "KS604": successor,
    "KS605": lambda: told(world(INACTIVE), guarded(keep_one_active=True)),
    "KS606": lambda: switching_on(world()),
    "KS607": quarantined,
    "KS608": lambda: denied(world(ACTIVE), off(safeguards=SEVEN_DAYS)),
    "KS609": quarantine_denied,
    "KS610": lambda: told(
        used(used(world(ACTIVE, made_days_ago=3), days=2), OTHER, hours=1),
        guarded(successor=OTHER, overlap=Duration.read("7d")),
    ),
    "KS611": lambda: told(
        used(world(ACTIVE), hours=3), off(safeguards=replace(SEVEN_DAYS, unmet=WhenUnmet.HOLD))
    ),
    "KS612": lambda: told(
        used(world(ACTIVE), days=30), off(safeguards=SEVEN_DAYS, override="INC-4711 leaked")
    ),
    "KS613": lambda: told(used(world(INACTIVE), days=30), off()),
    "KS614": lambda: told(used(world(ACTIVE), hours=3), off()),
    "KS615": lambda: denied(world(ACTIVE), off()),
    "KS616": reported,
    "KS617": released,
    "KS618": third_key,
    "KS621": too_many,
    "KS622": one_failed,
    "KS623": one_not_let_go,
    "KS625": withdrawn,
    "KS626": lambda: told(world(ACTIVE), off(override="INC-4711 leaked"), signer=KEY),
    "KS627": signer_went,
    "KS628": lost_by_a_race,
    "KS619": lambda: destroyed(OnDestroy.RESTORE, ON),
    "KS620": lambda: destroyed(OnDestroy.DEACTIVATE, ON),
}


def message(code: str) -> str:
    (found,) = [line for line in SCENES[code]() if line.startswith(code)]
    return found


def test_each_message_is_as_it_was(snapshot: SnapshotAssertion) -> None:
    assert "\n".join(message(code) for code in sorted(SCENES)) == snapshot


def test_the_page_shows_messages_word_for_word_and_names_each_of_them() -> None:
    shown = re.findall(r"(?m)^((KS\d+) .*)$", PAGE)

    assert [line for line, _ in shown] == [message(code) for _, code in shown]
    assert set(SCENES) == {entry.code for entry in ALL if entry.code.startswith("KS6")}
    assert set(SCENES) - set(re.findall(r"KS\d+", PAGE)) == set()
