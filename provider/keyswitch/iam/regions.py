"""The region of a session, as the Go SDK finds it, and the partition that it is in where nothing names one."""

from __future__ import annotations

import os
from typing import Final
from urllib.parse import urlsplit

from keyswitch.iam.shared_config import Profile
from keyswitch.model.aws_settings import AwsSettings

_IAM_REGION_OF_PARTITION: Final = {
    "aws": "us-east-1",
    "aws-cn": "cn-north-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-eusc": "eusc-de-east-1",
    "aws-iso": "us-iso-east-1",
    "aws-iso-b": "us-isob-east-1",
    "aws-iso-e": "eu-isoe-west-1",
    "aws-iso-f": "us-isof-south-1",
}
_PARTITION_OF_DOMAIN: Final = {
    "amazonaws.com.cn": "aws-cn",
    "us-gov.amazonaws.com": "aws-us-gov",
    "amazonaws.eu": "aws-eusc",
}


def region_found(settings: AwsSettings, profile: Profile) -> str:
    """The region of the settings, the environment or the profile; else that of IAM in the partition.

    :param profile: of the shared files.
    """
    env = os.environ
    found = (
        settings.region
        or env.get("AWS_REGION")
        or env.get("AWS_DEFAULT_REGION")
        or profile.get("region")
    )
    return str(found) if found else region_of_iam(_partition(settings))


def _partition(settings: AwsSettings) -> str:
    for role in reversed(settings.assume_roles):
        return role.role_arn.split(":")[1]
    if settings.web_identity is not None:
        return settings.web_identity.role_arn.split(":")[1]
    host = urlsplit(settings.iam_endpoint or "").hostname or ""
    for domain, partition in _PARTITION_OF_DOMAIN.items():
        if host.endswith(domain):
            return partition
    return "aws"


def region_of_iam(partition: str) -> str:
    """The region that IAM is in, and whose CloudTrail has its events; that of ``aws`` for a partition not known."""
    return _IAM_REGION_OF_PARTITION.get(partition, _IAM_REGION_OF_PARTITION["aws"])
