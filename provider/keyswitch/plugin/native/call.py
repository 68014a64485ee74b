"""One call of the engine's about one resource: its form, its row, and the way to AWS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyswitch.iam.user_agent import Origin
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.aws_settings import AwsSettings
from keyswitch.model.inputs import camel
from keyswitch.model.urn import Urn
from keyswitch.plugin.native.engine import Engine, EngineRow
from keyswitch.plugin.native.forms import FORMS, Form
from keyswitch.plugin.operations import refuse_ignored_changes
from keyswitch.plugin.process_state import PROCESS
from keyswitch.reconcile.batch import Batch
from keyswitch.reconcile.reconciler import Reconciler

if TYPE_CHECKING:
    from pulumi.runtime.proto import provider_pb2 as pb


@dataclass(frozen=True)
class Call:
    """One call about one resource, and how to reach AWS for it."""

    form: Form
    row: EngineRow
    settings: AwsSettings
    origin: Origin

    @classmethod
    def about(cls, urn: str, engine: Engine, settings: AwsSettings) -> Call:
        """The call about the resource ``urn``."""
        return cls(FORMS[Urn(urn).type], EngineRow(engine, urn), settings, Origin.of_urn(urn))

    @property
    def name(self) -> str:
        """The logical name of the resource."""
        return Urn(self.row.urn).name

    @property
    def batch(self) -> Batch:
        """Looks at the resource's keys and changes them, while the engine is there."""
        return Batch(
            self.reconciler_in,
            before_each=self.row.engine.require,
            before_signers=PROCESS.wait_for_others,
        )

    def reconciler_in(self, account: DeclaredAccount | None) -> Reconciler:
        """The reconciler of this process for an account."""
        return PROCESS.reconciler_in(account, self.settings, self.origin)

    def refuse_ignored(self, request: pb.DiffRequest | pb.UpdateRequest) -> None:
        """Refuses ``ignoreChanges`` of what the program has to say, see :func:`refuse_ignored_changes`."""
        names = map(camel, self.form.codec.from_the_program)
        subject = self.form.codec.subject_of(request.id)
        refuse_ignored_changes(list(request.ignoreChanges), names, subject)
