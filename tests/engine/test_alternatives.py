"""What README says of Terraform's ``aws_iam_access_key``, by Terraform itself against the emulator."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.engine import ROOT, engine_env
from support.http import RecordingServer
from support.moto_iam import Outsider

TERRAFORM = shutil.which("terraform")
CLI_CONFIG = os.environ.get("TF_CLI_CONFIG_FILE", "")
PROGRAM = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  endpoints {
    iam = "%(url)s"
    sts = "%(url)s"
  }
}
import {
  to = aws_iam_access_key.bob
  id = "%(key)s"
}
resource "aws_iam_access_key" "bob" {
  user   = "%(user)s"
  status = "%(status)s"
}
"""

pytestmark = [
    pytest.mark.real_engine,
    pytest.mark.nightly,
    pytest.mark.skipif(
        TERRAFORM is None,
        reason="no terraform on PATH; the workflow's nightly job installs the release that README names",
    ),
]


class Terraform:
    """A folder with one key, and Terraform run in it."""

    def __init__(self, folder: Path, iam: RecordingServer, user: str, key: str) -> None:
        self._folder = folder
        self._values = {"url": iam.url, "user": user, "key": key}
        kept = {"TF_CLI_CONFIG_FILE": CLI_CONFIG} if CLI_CONFIG else {}
        self._env = {**engine_env(folder, iam.url), **kept}
        self.declare("Active")
        self.run("init")

    def declare(self, status: str) -> None:
        (self._folder / "main.tf").write_text(PROGRAM % {**self._values, "status": status})

    def run(self, command: str, *options: str) -> str:
        done = subprocess.run(
            [str(TERRAFORM), command, "-input=false", "-no-color", *options],
            cwd=self._folder,
            env=self._env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @property
    def recorded(self) -> dict[str, str | None]:
        state = json.loads((self._folder / "terraform.tfstate").read_text())
        (resource,) = state["resources"]
        attributes: dict[str, str | None] = resource["instances"][0]["attributes"]
        return attributes


def test_what_terraform_does_with_an_imported_key(
    tmp_path: Path, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    terraform = Terraform(tmp_path, iam, bob, key)

    terraform.run("apply", "-auto-approve")
    assert (terraform.recorded["id"], terraform.recorded["secret"]) == (key, None)

    outsider.switch(bob, key, "Inactive")
    assert '"Inactive" -> "Active"' in terraform.run("plan")
    terraform.run("apply", "-auto-approve")
    assert outsider.status(bob, key) == "Active"

    outsider.delete_key(bob, key)
    assert "1 to add" in terraform.run("plan")
    terraform.run("apply", "-auto-approve")
    created = terraform.recorded["id"]
    assert created != key
    assert len(str(terraform.recorded["secret"])) == 40

    terraform.run("destroy", "-auto-approve")
    assert outsider.status(bob, str(created)) is None


def test_the_page_names_the_releases_that_are_tested() -> None:
    (shown,) = re.findall(
        r"Terraform (1\.\d+) and its AWS provider (5\.\d+)", (ROOT / "README.md").read_text()
    )
    printed = subprocess.run(
        [str(TERRAFORM), "version"], capture_output=True, text=True, check=True
    ).stdout

    assert f"Terraform v{shown[0]}." in printed
