"""Signs as pulumi-aws would: each row of what the Go credential library was seen to do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from keyswitch.messages.format import KeyswitchError
from parity.harness import Call, Network
from parity.table import OVER_SOCKETS, TABLE, build, outcome

ROWS = {row["id"]: row for row in TABLE}
LABELS = {"config": ("cfg-iam", "cfg-sts")}

NO_REGION = "the partition's IAM region instead of an error: IAM is global"
FIPS_WITHOUT_DNS = "Go fell back to another host where the FIPS one did not resolve"
EUSC = "Go's endpoint table is older than the partition; its own hosts are right"
EUSC_LOOK = "AKIAEXAMPLECONFIG eusc-de-east-1 https://iam.eusc-de-east-1.amazonaws.eu"
DEFAULT_LOOK = "AKIAEXAMPLECONFIG us-east-1 https://iam.amazonaws.com"
FIPS_LOOK = "AKIAEXAMPLECONFIG us-east-1 https://iam-fips.amazonaws.com"
NOT_VALIDATED = "pulumi-aws does not validate regions by default"
ONLY_WHERE_CHECKED = "STS is asked only where an account is to be checked; IAM itself would refuse"
EMPTY_ROLE = "Go assumes no role and goes on as somebody else; refused instead"
CONFIG = "AKIAEXAMPLECONFIG"
OTHERWISE: dict[str, tuple[str, str]] = {
    "region-none-with-endpoints": (NO_REGION, f"{CONFIG} us-east-1 cfg-iam"),
    "region-empty-string-config": (NO_REGION, f"{CONFIG} us-east-1 https://iam.amazonaws.com"),
    "region-default-endpoints-eusc-de-east-1": (EUSC, EUSC_LOOK),
    "region-validated-eusc-de-east-1": (EUSC, EUSC_LOOK),
    "region-not-validated-eusc-de-east-1": (EUSC, EUSC_LOOK),
    "region-default-endpoints-us-east-9": (NOT_VALIDATED, DEFAULT_LOOK),
    "region-default-endpoints-xx-nowhere-1": (NOT_VALIDATED, DEFAULT_LOOK),
    "region-validated-ap-southeast-6": ("Go's table of regions is older", DEFAULT_LOOK),
    "region-fips": (FIPS_WITHOUT_DNS, FIPS_LOOK),
    "region-fips-env": (FIPS_WITHOUT_DNS, FIPS_LOOK),
    "region-fips-in-profile": (FIPS_WITHOUT_DNS, FIPS_LOOK.replace("CONFIG", "PROFA")),
    "assume-empty-role-arn": (EMPTY_ROLE, "KS113"),
    "assume-no-role-arn": (EMPTY_ROLE, "KS113"),
    "account-allowed-match-skip-both": (
        "the right account is let through: it is asked for all the same",
        f"{CONFIG} us-east-1 cfg-iam",
    ),
    "account-forbidden-skip-both": ("Go lets the forbidden account through", "KS316"),
    "account-bad-allowed-format": ("told by name before anything is asked", "KS113"),
    "account-denied-get-caller-identity-skip-validation-allowed-list": (
        "what cannot be checked is refused; Go finds the account by other calls",
        "KS301",
    ),
    "account-invalid-token": (ONLY_WHERE_CHECKED, f"{CONFIG} us-east-1 cfg-iam"),
    "retry-sts-validation-503": (ONLY_WHERE_CHECKED, f"{CONFIG} us-east-1 cfg-iam"),
    "retry-token-bucket": ("botocore has a token bucket of its own size", "KS304"),
}
"""Rows that are deliberately answered otherwise: the reason, and what keyswitch does instead, which is
an error's code, or the signer, region and endpoint of its look. Where both look, it is one account."""


def labelled_hosts(text: str) -> str:
    """The table's placeholders as names that the stand-in for the network knows."""
    text = text.replace("$DEAD", "http://dead.test").replace("$EP(ecs)", "http://localhost")
    text = re.sub(r"\$EP\(([a-z-]+)\)", r"http://\1.test", text)
    return re.sub(r"\$HP\(([a-z-]+)\)", r"\1.test:80", text)


def comparable(row: dict[str, Any]) -> bool:
    return row["go"] is not None and not row["id"].startswith(OVER_SOCKETS)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch, row: dict[str, Any]) -> Network:
    network = Network(rule=row.get("server_rule") or {}, imds=row.get("imds"))
    network.install(monkeypatch)
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    return network


@pytest.mark.parametrize(
    "row",
    [pytest.param(row, id=row["id"]) for row in TABLE if comparable(row)],
)
def test_keyswitch_signs_as_the_go_provider_did(
    row: dict[str, Any], network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = outcome(build(row, tmp_path, monkeypatch, labelled_hosts))

    agrees = difference(row["go"], error, network)
    if row["id"] in OTHERWISE:
        _reason, instead = OTHERWISE[row["id"]]
        assert done(error, network) == instead
        if error is None and row["go"]["error"] is None:
            assert network.account(looks(network)[-1].signer) == row["go"]["account"]
    else:
        assert agrees == ""


CODES = {
    "cred-config-profile-missing": "KS312",
    "cred-static-and-profile-env-missing": "KS312",
    "assume-profile-source-missing": "KS312",
    "cred-sso-profile-without-cached-token": "KS307",
    "cred-sso-legacy-profile-without-cached-token": "KS307",
    "cred-credential-process-fails": "KS308",
    "cred-profile-without-credentials": "KS308",
    "assume-base-none": "KS308",
    "web-env-token-file-only": "KS308",
    "assume-profile-mfa-serial": "KS308",
    "assume-denied": "KS313",
    "assume-second-hop-denied": "KS313",
    "assume-profile-denied": "KS313",
    "web-denied": "KS313",
    "cred-config-file-malformed": "KS314",
    "account-allowed-mismatch": "KS316",
    "account-forbidden-match": "KS316",
    "retry-dead-endpoint": "KS401",
    "retry-max3-throttling": "KS306",
    "retry-max3-400-expired-token": "KS307",
}


@pytest.mark.parametrize("row", [pytest.param(ROWS[name], id=name) for name in CODES])
def test_what_goes_wrong_has_a_code_and_a_remedy_of_its_own(
    row: dict[str, Any], network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = outcome(build(row, tmp_path, monkeypatch, labelled_hosts))

    assert error is not None
    assert error.code == CODES[row["id"]]
    assert "secret" not in str(error).lower().replace("aws_secret_access_key", "")


def looks(network: Network) -> list[Call]:
    return [call for call in network.calls if call.action == "ListAccessKeys"]


def done(error: KeyswitchError | None, network: Network) -> str:
    if error is not None:
        return error.code
    look = looks(network)[-1]
    return f"{look.signer} {look.region} {look.endpoint}"


def difference(go: dict[str, Any], error: KeyswitchError | None, network: Network) -> str:
    """What differs from what Go was seen to do, or nothing."""
    if (error is None) is not (go["error"] is None):
        return f"Go: {go['error']}; keyswitch: {error}"
    tried = looks(network)
    attempts = go.get("attempts")
    ruled = network.rule and "actions" not in network.rule
    if ruled and len(tried) != attempts:
        return f"{len(tried)} attempts, not {attempts}"
    if error is not None:
        return ""
    seen = tried[-1]
    ours = (seen.signer, network.account(seen.signer), seen.region, bool(seen.token), seen.endpoint)
    theirs = (
        go["signer"],
        go["account"],
        go["region"],
        bool(go["token"]),
        labelled(go["iam_endpoint"], 0),
    )
    if ours != theirs:
        return f"{ours}, not {theirs}"
    return different_roles(go["sts_calls"], network)


def different_roles(go_calls: list[dict[str, Any]], network: Network) -> str:
    """The roles that were assumed: by whom, where, with what; the default session name is ours."""
    ours = [
        (call.action, call.signer, call.region, call.endpoint, call.parameters)
        for call in network.calls
        if call.action.startswith("AssumeRole")
    ]
    theirs = [
        (
            call["action"],
            call["signer"],
            call["region"],
            labelled(call["endpoint"], 1),
            call["params"],
        )
        for call in go_calls
        if call["action"].startswith("AssumeRole")
    ]
    for one, other in zip(ours, theirs, strict=False):
        if "<" in other[-1]["RoleSessionName"]:
            assert one[-1]["RoleSessionName"] == "keyswitch"
            del one[-1]["RoleSessionName"], other[-1]["RoleSessionName"]
    return "" if ours == theirs else f"{ours}, not {theirs}"


def labelled(endpoint: str, position: int) -> str:
    return LABELS[endpoint][position] if endpoint in LABELS else endpoint


def test_only_rows_that_are_there_are_answered_otherwise() -> None:
    assert set(OTHERWISE) <= {row["id"] for row in TABLE if comparable(row)}
