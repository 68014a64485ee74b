"""The strict model of IAM over its query protocol, as botocore speaks it."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Iterable
from typing import Any
from xml.sax.saxutils import escape

from werkzeug.wrappers import Request, Response

from keyswitch.iam.client import AccessKey
from support.http import aws_error
from support.strict_iam import ACCOUNT, CREATED, AwsRefusal, StrictIam


def strict_app(iam: StrictIam) -> Callable[..., Iterable[bytes]]:
    """The model over IAM's query protocol, and STS for the caller's account."""

    @Request.application
    def app(request: Request) -> Response:
        signer = request.headers.get("Authorization", "").partition("Credential=")[2]
        try:
            iam.admit(signer.partition("/")[0])
            return answer(iam, signer.partition("/")[0], request.form)
        except AwsRefusal as refusal:
            return aws_error(refusal.http_status, refusal.code, escape(refusal.message))

    return app


def answer(iam: StrictIam, signer: str, form: Any) -> Response:
    action = form["Action"]
    iam.refuse(action)
    of_account = _answer_of_sts(iam, action, form) or _answer_of_account(iam, action, form)
    if of_account is not None:
        return of_account
    if action == "ListAccessKeys":
        rows, marker = iam.list_access_keys(
            signer, form.get("UserName"), form.get("Marker"), int(form.get("MaxItems", 100))
        )
        members = "".join(_member(row) for row in rows)
        return _xml(action, f"<AccessKeyMetadata>{members}</AccessKeyMetadata>{_more(marker)}")
    if action in ("ListAttachedUserPolicies", "ListUserTags"):
        return _about_a_user(iam, action, form)
    if action == "UpdateAccessKey":
        iam.update_access_key(signer, form.get("UserName"), form["AccessKeyId"], form["Status"])
        return _xml(action, None)
    if action == "GetAccessKeyLastUsed":
        used = iam.last_used(form["AccessKeyId"])
        owner = f"<UserName>{used.user_name}</UserName>" if used.user_name else ""
        date = f"<LastUsedDate>{used.date}</LastUsedDate>" if used.date else ""
        return _xml(
            action,
            f"{owner}<AccessKeyLastUsed>{date}"
            f"<ServiceName>{used.service_name}</ServiceName><Region>{used.region}</Region>"
            "</AccessKeyLastUsed>",
        )
    raise AwsRefusal(400, "InvalidAction", f"Could not find operation {action}")


def _answer_of_sts(iam: StrictIam, action: str, form: Any) -> Response | None:
    if action == "GetAccessKeyInfo":
        return _xml(action, f"<Account>{iam.account_of_key(form['AccessKeyId'])}</Account>")
    if action == "GetCallerIdentity":
        identity = f"<UserId>AIDA</UserId><Account>{ACCOUNT}</Account>"
        return _xml(action, f"<Arn>arn:aws:iam::{ACCOUNT}:user/ci</Arn>{identity}")
    return None


def _answer_of_account(iam: StrictIam, action: str, form: Any) -> Response | None:
    """Of the operations by which a whole account is walked."""
    if action == "ListUsers":
        names, marker = iam.list_users(
            form.get("PathPrefix", "/"), form.get("Marker"), int(form.get("MaxItems", 100))
        )
        members = "".join(_user_member(name, iam.paths.get(name, "/")) for name in names)
        return _xml(action, f"<Users>{members}</Users>{_more(marker)}")
    if action == "GetUser":
        return _xml(action, _user_member(*iam.get_user(form["UserName"]), tag="User"))
    if action == "GetAccountSummary":
        entry = f"<key>AccountAccessKeysPresent</key><value>{int(iam.root_keys)}</value>"
        return _xml(action, f"<SummaryMap><entry>{entry}</entry></SummaryMap>")
    if action == "GenerateCredentialReport":
        return _xml(action, f"<State>{iam.generate_report()}</State>")
    if action == "GetCredentialReport":
        text, made = iam.credential_report()
        content = base64.b64encode(text.encode()).decode()
        return _xml(
            action,
            f"<Content>{content}</Content><ReportFormat>text/csv</ReportFormat>"
            f"<GeneratedTime>{made}</GeneratedTime>",
        )
    return None


def _about_a_user(iam: StrictIam, action: str, form: Any) -> Response:
    asked = (form["UserName"], form.get("Marker"), int(form.get("MaxItems", 100)))
    if action == "ListUserTags":
        tags, marker = iam.user_tags(*asked)
        members = "".join(
            f"<member><Key>{escape(key)}</Key><Value>{escape(value)}</Value></member>"
            for key, value in tags
        )
        return _xml(action, f"<Tags>{members}</Tags>{_more(marker)}")
    names, marker = iam.attached_policies(*asked)
    members = "".join(
        f"<member><PolicyName>{name}</PolicyName>"
        f"<PolicyArn>arn:aws:iam::aws:policy/{name}</PolicyArn></member>"
        for name in names
    )
    return _xml(action, f"<AttachedPolicies>{members}</AttachedPolicies>{_more(marker)}")


def _more(marker: str | None) -> str:
    if marker is None:
        return "<IsTruncated>false</IsTruncated>"
    return f"<IsTruncated>true</IsTruncated><Marker>{marker}</Marker>"


def _member(key: AccessKey) -> str:
    return (
        f"<member><UserName>{key.user_name}</UserName><AccessKeyId>{key.access_key_id}"
        f"</AccessKeyId><Status>{key.status}</Status><CreateDate>{key.create_date}</CreateDate>"
        "</member>"
    )


def _user_member(user_name: str, path: str, tag: str = "member") -> str:
    return (
        f"<{tag}><UserName>{user_name}</UserName><Path>{path}</Path><UserId>AIDA{user_name}"
        f"</UserId><Arn>arn:aws:iam::{ACCOUNT}:user{path}{user_name}</Arn>"
        f"<CreateDate>{CREATED}</CreateDate></{tag}>"
    )


def _xml(action: str, result: str | None) -> Response:
    body = f"<{action}Result>{result}</{action}Result>" if result is not None else ""
    return Response(
        f"<{action}Response>{body}<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId>"
        f"</ResponseMetadata></{action}Response>",
        content_type="text/xml",
    )
