"""An example of each message, for whoever looks its code up: no reader has to fill a template in."""

from __future__ import annotations

from typing import Final

from keyswitch.messages.catalogue import Message
from keyswitch.messages.catalogue.message import names_in
from keyswitch.messages.format import Attempt, line

_KEY: Final = "AKIAIOSFODNN7EXAMPLE"
_OTHER: Final = "AKIAI44QH8DHBEXAMPLE"
_USER: Final = "bob"
_VALUES: Final[dict[str, object]] = {
    "access_key_id": _KEY,
    "account": "123456789012",
    "accounts": 200,
    "active_until": "2027-03-31",
    "adopted": "Active",
    "allowed": 2,
    "answer": "403: Resource not accessible by integration",
    "approved_by": "jane@example.com",
    "argument": "bucket-name",
    "attempts": "8 times",
    "aws_code": "EntityTemporarilyUnmodifiable",
    "caller_account": "210987654321",
    "change": "deactivated",
    "changes": "3 keys",
    "class_name": "AccessKeyStatus",
    "control": "rotated",
    "corrects": "The next update deactivates",
    "count": "2 problems",
    "created": "3 hours ago (2026-11-24T19:00:00Z)",
    "date": "2026-11-24T19:00:00Z",
    "age": "400 days",
    "declared": "Inactive",
    "elsewhere": "neither the environment nor the shared AWS files have credentials",
    "endpoint": "https://iam.amazonaws.com",
    "environments": "acme/aws",
    "failed": 2,
    "forge": "GitHub",
    "free_at": "2026-12-01T19:00:00Z",
    "hint": "",
    "host": "api.github.com",
    "ids": "222222222222 (shop), 333333333333 (data)",
    "key": _KEY,
    "keys": f"{_KEY}, {_OTHER}",
    "kind": "a number",
    "known": "access_key_id, status, user_name",
    "left": "in 9 days",
    "limit": "90d",
    "lists": "aws:allowedAccountIds",
    "max_changes": "20%",
    "message": "AWS's own words",
    "method": "POST",
    "name": "bob-old",
    "names": "bob-old and bob-copy",
    "observed": "Active",
    "on_destroy": "deactivate",
    "operation": "iam:ListAccessKeys",
    "option": "import_",
    "other": "eve",
    "others": f"{_OTHER} is Inactive",
    "outcome": "will be deactivated",
    "overlap": "7d",
    "override": "INC-4711 leaked",
    "owner": "eve",
    "parent": "ou-ab12-11111111",
    "path": "Pulumi.prod.yaml",
    "policies": "AWSCompromisedKeyQuarantineV3",
    "principal": "arn:aws:iam::123456789012:user/ci",
    "problem": "not a map",
    "profile": "audit",
    "program": "aws-vault",
    "properties": "user_name",
    "property": "user_name",
    "provider": "the provider dev of package aws",
    "purpose": "",
    "reason": "no identity-based policy allows that",
    "reasons": "keep_one_active does not allow this: the user would have no Active key left",
    "recorded": "Active",
    "refused": 2,
    "region": "me-south-1",
    "regions": "me-south-1",
    "register": "keyswitch:keys",
    "resource": "arn:aws:iam::123456789012:user/bob",
    "role": "arn:aws:iam::123456789012:role/deploy",
    "rule": "aws:allowedAccountIds allows 123456789012 only",
    "safeguard": "unused_for",
    "safeguards": "unused_for, keep_one_active",
    "seconds": 30,
    "seen": "that key is Inactive",
    "signers": _OTHER,
    "since": "2026-11-24T19:00:00Z",
    "stack": "prod",
    "state": "SUSPENDED",
    "status": "Active",
    "subject": "resource bob-old",
    "successor": _OTHER,
    "successor_used": "has never been used (created 3 hours ago, 2026-11-24T19:00:00Z)",
    "suggestion": "",
    "takes": "keyswitch.AccessKeyStatusArgs",
    "through": "No key of this fleet was changed",
    "unknown_code": "KS999",
    "until": "2027-03-31",
    "timeout": "10m",
    "unused_for": "7d",
    "unverified": "",
    "used": "was last used 3 hours ago by s3 in eu-west-1 (2026-11-24T19:00:00Z)",
    "user_name": _USER,
    "users": 500,
    "value": '"off"',
    "what": "no such user",
    "where": "",
    "words": '"leave" or "deactivate" or "restore"',
}
"""What stands in an example for each field."""
_OWN_VALUES: Final[dict[str, dict[str, object]]] = {
    "KS101": {"property": "unusedFor", "suggestion": "Did you mean unused_for? "},
    "KS103": {"suggestion": ' (did you mean "Inactive"?)'},
    "KS104": {"property": "access_key_id", "problem": "has 5 characters"},
    "KS105": {"property": "access_key_id", "access_key_id": "ASIAIOSFODNN7EXAMPLE"},
    "KS106": {"property": "reason"},
    "KS107": {"problem": "contains ' '"},
    "KS108": {"property": "on_destroy", "value": '"remove"'},
    "KS112": {"keys": "aws:assumeRole"},
    "KS113": {
        "key": "aws:maxRetries",
        "problem": "not a whole number",
        "argument": "aws:maxRetries",
    },
    "KS115": {"declared": 5, "names": "bob-old, eve-ci"},
    "KS117": {"property": "safeguards.unused_for", "problem": '"7": not a number with a unit'},
    "KS118": {"property": "safeguards.keep_one_active", "kind": "a string"},
    "KS119": {"property": "safeguards", "known": "unused_for, successor, overlap"},
    "KS120": {"override": "override"},
    "KS121": {"property": "override"},
    "KS123": {"successor": "safeguards.successor"},
    "KS124": {"overlap": "safeguards.overlap", "successor": "safeguards.successor"},
    "KS125": {"name": "bob"},
    "KS127": {"property": "account.role_arn", "problem": "not the ARN of a role"},
    "KS128": {"account": "shop", "known": "prod, dev"},
    "KS132": {"problem": 'neither a number such as 5 nor a share such as "10%"'},
    "KS133": {"problem": "keyswitch:maxChanges is set, and keyswitch:fleet is not true"},
    "KS136": {
        "property": "active_until",
        "problem": '"31.3.2027": neither a date nor a moment with its offset',
    },
    "KS137": {"active_until": "active_until"},
    "KS138": {"warn_before": "warn_before", "active_until": "active_until"},
    "KS139": {"override": "override", "active_until": "active_until"},
    "KS140": {"property": "reason", "kind": "an object of the class date"},
    "KS141": {"argument": "resource_name"},
    "KS156": {"path": "status"},
    "KS165": {"problem": "rotation bob is not a map"},
    "KS166": {"places": "keyswitch:keys and rotation bob"},
    "KS167": {
        "setting": "keyswitch:key",
        "suggestion": "Did you mean keyswitch:keys? ",
        "known": "keyswitch:keys, keyswitch:defaults, keyswitch:accounts",
    },
    "KS731": {"problem": "KS306 reading the report was refused"},
    "KS733": {
        "path": "exceptions.yaml",
        "problem": "entry 2 has no until, and an exception must end",
    },
    "KS740": {"operation": "cloudtrail:LookupEvents", "resource": "*"},
    "KS741": {"aws_code": "InvalidTimeRangeException", "operation": "cloudtrail:LookupEvents"},
    "KS742": {"message": "The security token included in the request is invalid"},
    "KS745": {"source": "the stack prod", "names": "bob-old"},
    "KS805": {"limit": "45d"},
    "KS810": {"subject": "user ci-*"},
    "KS811": {"subject": "user ci-*"},
    "KS812": {"observed": "Active", "declared": "Inactive"},
    "KS815": {"user_name": "alice", "owner": "bob"},
    "KS813": {"problem": "the role audit cannot be assumed"},
    "KS158": {"option": "version"},
    "KS159": {"key": "aws:secretKey", "argument": "aws:secretKey"},
    "KS160": {"option": "provider"},
    "KS161": {"count": 400},
    "KS202": {"account": "account 123456789012", "keys": f"{_OTHER} Active"},
    "KS201": {"account": "account 123456789012"},
    "KS208": {"account": "account 123456789012", "keys": f"{_OTHER} Active"},
    "KS209": {"observed": "Inactive"},
    "KS213": {"observed": "Inactive"},
    "KS221": {"observed": "Suspended"},
    "KS163": {"version": "0.1.0", "token": "keyswitch:index:getUser"},
    "KS225": {"count": 100},
    "KS325": {"problem": "No such file or directory"},
    "KS330": {"operation": "organizations:ListAccounts", "resource": "the organization"},
    "KS404": {"observed": "Active"},
    "KS407": {"declared": "10 keys"},
    "KS408": {"kind": "ZeroDivisionError"},
    "KS410": {"problem": "more than 1000 pages"},
    "KS411": {"owner": "user bob"},
    "KS501": {"property": "adopted_status"},
    "KS502": {"stack": "acme/keys/prod", "problem": "no answer"},
    "KS616": {"declared": "Inactive"},
    "KS620": {"reasons": "Pulumi is authenticating with this key"},
    "KS619": {
        "reasons": "this key was deactivated outside this stack, so it will not be reactivated"
    },
    "KS621": {"declared": 10, "keys": f"{_KEY}, {_OTHER}, AKIAIOSFODNN8EXAMPLE"},
    "KS622": {"declared": "10 keys"},
    "KS623": {"declared": "10 keys"},
    "KS625": {"override": 'override="INC-4711 leaked"'},
    "KS628": {"others": _OTHER, "safeguard": "keep_one_active"},
    "KS701": {"problem": "no JSON in it"},
    "KS703": {"seen": 120},
    "KS705": {"problem": "empty"},
    "KS706": {"key": "aws:secretKey"},
    "KS707": {"problem": "Permission denied"},
    "KS708": {"problem": "no stack named prod found"},
    "KS712": {"problem": "written in braces, or not with one entry per line"},
    "KS714": {"path": "keys.html"},
    "KS716": {"count": "2 problems"},
    "KS760": {"problem": "no account of the organization matches --account-filter *-prod"},
    "KS761": {"seen": 120},
    "KS771": {"problem": "the key is Active"},
    "KS772": {"problem": "the security token included in the request is invalid"},
    "KS775": {"problem": "the entry is an alias of another one"},
    "KS780": {"problem": "GITHUB_TOKEN is not set"},
    "KS781": {"path": "/repos/acme/keys/issues/7/comments"},
    "KS782": {"attempts": "4 times", "problem": "503"},
    "KS790": {"path": "Pulumi.yaml", "problem": "its runtime is nodejs"},
    "KS791": {"question": "The stack"},
    "KS792": {"path": ".gitignore", "problem": "it is not a file"},
    "KS793": {"folder": "keys $x"},
    "KS794": {"found": "123456789012", "wanted": "210987654321"},
    "KS795": {"files": "Pulumi.yaml"},
    "KS802": {"declared": "Active", "seen": "user bob has no such key"},
    "KS806": {"count": 2},
}
_ADOPTING: Final = ("KS201", "KS202", "KS203", "KS206", "KS207", "KS208", "KS214")
_ACTIVATING: Final = ("KS606", "KS607", "KS609", "KS625")
_DEACTIVATING: Final = (
    *("KS302", "KS303", "KS310", "KS404", "KS411", "KS414"),
    *("KS601", "KS602", "KS603", "KS604", "KS605", "KS608", "KS610"),
)
_ABOUT_NO_KEY: Final = (
    *("KS407", "KS410", "KS501", "KS502", "KS618", "KS621", "KS622", "KS623"),
    *("KS316", "KS330", "KS331", "KS332", "KS408"),
)


def example_of(entry: type[Message]) -> str:
    """A whole message of this class as a reader sees it."""
    return line(filled_in(entry), _subject(entry.code))


def filled_in(entry: type[Message]) -> Message:
    """A message of this class with values that could be."""
    own = _OWN_VALUES.get(entry.code, {})
    names = (*names_in(entry.text), *names_in(entry.remedy))
    return entry.of({name: own[name] if name in own else _VALUES[name] for name in names})


def _subject(code: str) -> Attempt | str | None:
    if code == "KS763":
        return "account 222222222222 (shop)"
    if code in ("KS128", "KS135"):
        return f"entry {_KEY}"
    if code == "KS166":
        return f"access key {_KEY}"
    if code in ("KS130", "KS131", "KS132", "KS225"):
        return "the fleet"
    if code in _ABOUT_NO_KEY or (code[2] in "17" and code != "KS110"):
        return None
    verb = "looking at" if code[2] in "34" else ""
    for codes, participle in (
        (("KS110",), "declaring"),
        (_ADOPTING, "adopting"),
        (_ACTIVATING, "activating"),
        (_DEACTIVATING, "deactivating"),
        (("KS134",), "moving"),
        (("KS204", "KS215"), "looking at"),
        (("KS211",), "previewing"),
        (("KS620",), "ending the declaration of"),
    ):
        verb = participle if code in codes else verb
    return Attempt(verb, _KEY, _USER)
