"""What a script without an engine would do with the keys of ``keys.json``; ``bench.py`` measures it.

usage: bench_loop.py USERS_AT_A_TIME [--switch]
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
from botocore.config import Config


def main() -> None:
    """Looks at each user; to switch also before and after it, as keyswitch does."""
    at_a_time, switches = int(sys.argv[1]), sys.argv[2:] == ["--switch"]
    config = Config(max_pool_connections=at_a_time)
    iam = boto3.client("iam", region_name="us-east-1", config=config)

    def do(key: str, user_name: str, status: str) -> None:
        iam.list_access_keys(UserName=user_name)
        if switches:
            iam.list_access_keys(UserName=user_name)
            iam.update_access_key(UserName=user_name, AccessKeyId=key, Status=status)
            iam.list_access_keys(UserName=user_name)

    entries = json.loads(Path("keys.json").read_text())
    with ThreadPoolExecutor(at_a_time) as pool:
        runs = [pool.submit(do, key, **entry) for key, entry in entries.items()]
    for run in runs:
        run.result()


if __name__ == "__main__":
    main()
