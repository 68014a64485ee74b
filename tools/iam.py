"""Somebody with a console: creates and changes IAM access keys outside Pulumi.

The demo uses it against its own IAM server (AWS_ENDPOINT_URL). Secrets are not printed.
"""

from __future__ import annotations

import argparse
import contextlib

import boto3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("create-access-key", "list-access-keys"):
        commands.add_parser(name).add_argument("user")
    update = commands.add_parser("update-access-key")
    for argument in ("user", "key", "status"):
        update.add_argument(argument)
    args = parser.parse_args()

    iam = boto3.client("iam", region_name="us-east-1")
    if args.command == "create-access-key":
        with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
            iam.create_user(UserName=args.user)
        key = iam.create_access_key(UserName=args.user)["AccessKey"]
        print(f"{key['AccessKeyId']} {key['Status']}")
    elif args.command == "list-access-keys":
        for row in iam.list_access_keys(UserName=args.user)["AccessKeyMetadata"]:
            print(f"{row['AccessKeyId']} {row['Status']}")
    else:
        iam.update_access_key(UserName=args.user, AccessKeyId=args.key, Status=args.status)
        print(f"{args.key} {args.status}")


if __name__ == "__main__":
    main()
