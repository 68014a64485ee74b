"""An audit as OCSF Compliance Findings (class 2003), for Amazon Security Lake and SIEMs. Needs the extra ``ocsf``."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from keyswitch import __version__
from keyswitch.report.audit import Audit, AuditedFinding, Verdict
from keyswitch.report.controls.control import Severity
from keyswitch.report.json_text import json_text

if TYPE_CHECKING:
    from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding

_VERSION: Final = "1.4.0"
"""Of OCSF."""


def to_ocsf(audit: Audit) -> str:
    """A JSON list with one Compliance Finding for each finding.

    An excepted finding is Suppressed, one in progress is In Progress; the others are New. The uid of a finding is
    the same in each audit, so that a SIEM tells a finding that is still there from a new one.

    :raises ImportError: the extra is not installed.
    """
    events = [_event(audit, each) for each in audit.findings]
    return json_text([event.model_dump(mode="json", exclude_none=True) for event in events])


def _event(audit: Audit, finding: AuditedFinding) -> ComplianceFinding:
    from py_ocsf_models.events.findings.activity_id import ActivityID
    from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
    from py_ocsf_models.events.findings.compliance_finding_type_id import ComplianceFindingTypeID
    from py_ocsf_models.events.findings.severity_id import SeverityID
    from py_ocsf_models.events.findings.status_id import StatusID
    from py_ocsf_models.objects.compliance import Compliance
    from py_ocsf_models.objects.compliance_status import StatusID as ComplianceStatus
    from py_ocsf_models.objects.finding_info import FindingInformation
    from py_ocsf_models.objects.metadata import Metadata
    from py_ocsf_models.objects.product import Product
    from py_ocsf_models.objects.remediation import Remediation
    from py_ocsf_models.objects.resource_details import ResourceDetails

    severity = {
        Severity.LOW: SeverityID.Low,
        Severity.MEDIUM: SeverityID.Medium,
        Severity.HIGH: SeverityID.High,
        Severity.CRITICAL: SeverityID.Critical,
    }[finding.severity]
    status = {
        Verdict.OPEN: StatusID.New,
        Verdict.IN_PROGRESS: StatusID.InProgress,
        Verdict.EXCEPTED: StatusID.Suppressed,
    }[finding.verdict]
    message = finding.message
    at = int(audit.at.timestamp())
    control = finding.control
    return ComplianceFinding(
        activity_id=ActivityID.Create,
        activity_name=ActivityID.Create.name,
        type_uid=ComplianceFindingTypeID.Create,
        time=at,
        time_dt=audit.at,
        severity_id=severity,
        severity=severity.name,
        status_id=status,
        status=status.name,
        status_detail=finding.because or None,
        message=message.cause,
        metadata=Metadata(
            version=_VERSION,
            event_code=message.code,
            product=Product(name="Keyswitch", vendor_name="Keyswitch", version=__version__),
        ),
        finding_info=FindingInformation(
            uid=_uid(finding), title=message.title, desc=message.cause, types=[control.name]
        ),
        compliance=Compliance(
            control=control.name,
            desc=control.checks,
            requirements=list(finding.references),
            standards=sorted({name for each in control.references for name in each.standards}),
            status_id=ComplianceStatus.Fail,
        ),
        remediation=Remediation(desc=message.what_to_do),
        resources=[
            ResourceDetails(
                type="AwsIamAccessKey" if finding.access_key_id else "AwsAccount",
                uid=finding.access_key_id or finding.account_id,
                name=finding.user_name or None,
                cloud_partition=audit.partition or None,
                labels=[f"account:{finding.account_id}"],
            )
        ],
    )


def _uid(finding: AuditedFinding) -> str:
    """The words of a finding tell one exception from another; those of an account not read hold a request's id."""
    is_of_exception = finding.control.name in ("exception-ended", "exception-matched")
    about = (
        finding.account_id,
        finding.access_key_id,
        finding.control.name,
        finding.message.cause if is_of_exception else "",
    )
    return f"keyswitch-{hashlib.sha256(chr(0).join(about).encode()).hexdigest()[:32]}"
