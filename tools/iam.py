"""Somebody with a console: makes and switches IAM access keys, without telling Pulumi.

The demo uses it against its own IAM server (AWS_ENDPOINT_URL). Secrets are not printed.
"""

from __future__ import annotations

import argparse

import boto3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("create-user", "create-access-key", "list-access-keys"):
        commands.add_parser(name).add_argument("user")
    update = commands.add_parser("update-access-key")
    for argument in ("user", "key", "status"):
        update.add_argument(argument)
    args = parser.parse_args()

    iam = boto3.client("iam", region_name="us-east-1")
    if args.command == "create-user":
        iam.create_user(UserName=args.user)
        print(f"user {args.user}")
    elif args.command == "create-access-key":
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
