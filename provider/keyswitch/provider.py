"""The dynamic provider: the engine's calls on one side, the lifecycle on the other.

``keyswitch.provider.AccessKeyStatusProvider`` is written into every state by name and is public
for ever: an engine that no longer finds it cannot even destroy. The pickled provider is a
constant, because an instance has no state until the engine configures it.
"""

from __future__ import annotations

from typing import Any

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from keyswitch import catalogue
from keyswitch.bags import plain, without_provider
from keyswitch.contradictions import contradictions
from keyswitch.declaration import JUDGED_BY, Declaration, Record
from keyswitch.errors import Attempt, KeyswitchError, message
from keyswitch.host import clean_errors, urn_of_call, warn
from keyswitch.lifecycle import Lifecycle
from keyswitch.origin import Origin
from keyswitch.parsing import parse_inputs, parse_outputs
from keyswitch.phase import PHASE
from keyswitch.properties import ACCESS_KEY_ID, IN_PROGRAMS
from keyswitch.settings import AwsSettings


class AccessKeyStatusProvider(ResourceProvider):
    """Maps Check, Diff, Create, Read, Update and Delete to the lifecycle of a declared key."""

    serialize_as_secret_always = False

    _settings: AwsSettings
    _declared: set[str]

    @clean_errors
    def configure(self, req: ConfigureRequest) -> None:
        """Takes the stack's ``aws:*`` config; called once per process, before anything else."""
        self._settings = AwsSettings.read(lambda key: req.config.get(f"aws:{key}"))
        self._declared = set()

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Refuses bad inputs, all at once and without any call; secrets are never repeated.

        Remembers which keys this program declares, for :meth:`delete`.
        """
        bag = plain(news)
        access_key_id = bag.get(ACCESS_KEY_ID)
        if isinstance(access_key_id, str):
            self._declared.add(access_key_id)
            PHASE.declared.add(access_key_id)
        parsed = parse_inputs(bag)
        problems = list(parsed.problems)
        if parsed.declaration is not None:
            problems.extend(contradictions(parsed.declaration, IN_PROGRAMS))
        failures = [
            CheckFailure(problem.property if problem.repeatable else "", str(problem))
            for problem in problems
        ]
        return CheckResult(without_provider(news), failures)

    @clean_errors
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Whether a step is needed, by a look at the live key.

        A refusal counts as a change, so that the hook, which can name every violator in one run,
        is asked. Where there is no step no hook is asked either, and this method warns instead.
        """
        record = parse_outputs(_olds)
        bag = plain(_news)
        if bag.get(ACCESS_KEY_ID) != record.declaration.access_key_id:
            return DiffResult(changes=True, replaces=[ACCESS_KEY_ID])
        parsed = parse_inputs(bag, previous=record.declared)
        declaration = _declaration(parsed.declaration)
        if parsed.unknown & JUDGED_BY:
            return self._diff_of_unknown(declaration, record, parsed.unknown)
        if self._is_refreshing(declaration):
            return DiffResult(changes=self._of(declaration).has_drifted(declaration, record))
        judgement = self._of(declaration).judge(declaration, record)
        if not judgement.decision.needs_step:
            for warning in judgement.warnings():
                warn(warning)
        return DiffResult(changes=judgement.decision.needs_step)

    @clean_errors
    def create(self, props: dict[str, Any]) -> CreateResult:
        """Adopts the key; ``iam:UpdateAccessKey`` only if its status is not the declared one."""
        declaration = _declaration(parse_inputs(plain(props)).declaration)
        record = self._of(declaration).apply(declaration, None)
        return CreateResult(declaration.access_key_id, record.to_outputs())

    @clean_errors
    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Looks again, then switches if that is (still) needed."""
        declaration = _declaration(parse_inputs(plain(_news)).declaration)
        record = self._of(declaration).apply(declaration, parse_outputs(_olds))
        return UpdateResult(record.to_outputs())

    @clean_errors
    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Refreshes, the status among the inputs too, so that the next preview shows its drift."""
        recorded = parse_outputs(props)
        record, warning = self._of(recorded.declaration).read(recorded)
        if warning is not None:
            warn(warning)
        return ReadResult(id_, record.to_outputs(), record.to_inputs())

    @clean_errors
    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Does what ``on_destroy`` says, but not to a key that this program still declares.

        After a rename of the logical name without an alias the engine creates the new name and
        then deletes the old one, of the same key: that must not touch it.
        """
        record = parse_outputs(_props)
        if record.declaration.access_key_id not in PHASE.declared:
            warning = self._of(record.declaration).destroy(record)
            if warning is not None:
                warn(warning)

    def _of(self, declaration: Declaration) -> Lifecycle:
        """The lifecycle in the key's account; one for each account and process."""
        origin = Origin.of_urn(urn_of_call())
        return PHASE.lifecycle_in(declaration.account, self._settings, origin, warn)

    def _diff_of_unknown(
        self, declaration: Declaration, record: Record, unknown: frozenset[str]
    ) -> DiffResult:
        """An unknown input is never compared, and without it the key cannot be judged."""
        names = ", ".join(sorted(unknown & JUDGED_BY))
        attempt = Attempt("previewing", declaration.access_key_id, record.user_name)
        changed = declaration != record.declared
        if not changed and not self._is_refreshing(declaration):
            warn(message(catalogue.NOT_LOOKED_AT, attempt, properties=names))
        return DiffResult(changes=changed)

    def _is_refreshing(self, declaration: Declaration) -> bool:
        """Whether this Diff belongs to a refresh: such a one comes before the key's Check.

        Its ``news`` are the stored inputs, so it is those that it asks the live key about, and
        there is no program yet to warn.
        """
        return declaration.access_key_id not in self._declared


def _declaration(declaration: Declaration | None) -> Declaration:
    """Check lets nothing else pass; an engine that did not ask Check must not be guessed for."""
    if declaration is None:
        raise KeyswitchError(catalogue.UNREADABLE_STATE, property="inputs")
    return declaration
