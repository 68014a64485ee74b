"""``pulumi import`` and ``get``: a key as it is, with nothing that a program need not say."""

from __future__ import annotations

from keyswitch.messages import catalogue
from keyswitch.messages.format import Attempt, KeyswitchError
from keyswitch.model.state import Declaration, Record
from keyswitch.model.status import ObservedStatus, Status
from keyswitch.model.urn import NATIVE_KEY_TYPE
from keyswitch.model.validators import access_key_id
from keyswitch.plugin.native.forms import Form
from keyswitch.reconcile.reconciler import Reconciler


def adopted_as_found(form: Form, reconciler: Reconciler, id_: str) -> dict[str, Record]:
    """The record of a key that is declared as it is found.

    :param id_: the access key id, which is the id of the resource.
    :raises KeyswitchError: it is no key's, or the key cannot be looked at or is not there.
    """
    if form.token != NATIVE_KEY_TYPE:
        raise KeyswitchError(catalogue.FleetNotImported())
    wrong = access_key_id(id_, "the id")
    if wrong is not None:
        raise KeyswitchError(wrong)
    seen = reconciler.look(id_, None, None)
    status = Status.ACTIVE if seen.status is ObservedStatus.ACTIVE else Status.INACTIVE
    plan = reconciler.plan(Declaration(id_, status), None, seen)
    refusal = plan.refusal()
    if refusal is not None:
        raise refusal.with_context(Attempt("importing", id_, seen.user_name))
    return {id_: reconciler.record_of(plan)}
