"""KS79.: about a new project, which ``keyswitch init`` writes."""

from __future__ import annotations

from keyswitch.messages.catalogue.message import Message


class AnotherProgram(Message):
    code = "KS790"
    title = "Folder of another program"
    text = "{path} belongs to another program: {problem}"
    remedy = (
        "Make a folder of its own for the keys, such as keys, and run keyswitch init there. Or keep that program, and declare "
        "the keys in it."
    )
    why = "Pulumi runs one program for each folder, and no file of that program is to be lost."
    path: object
    problem: object


class InitNotConfirmed(Message):
    code = "KS791"
    title = "Project not confirmed"
    text = "the question '{question}' has no answer, so no file was written"
    remedy = "Run keyswitch init on a terminal. Where nobody can answer, pass --yes with --stack and --forge."
    question: object


class UnusablePlace(Message):
    code = "KS792"
    title = "No place for a file"
    text = "{path} cannot become a file of this project: {problem}"
    remedy = "No file was written. Move it away or correct its permissions, or run keyswitch init in another folder."
    path: object
    problem: object


class UnusableFolderName(Message):
    code = "KS793"
    title = "Folder name not for pipelines"
    text = "the folder {folder} has a name that a pipeline's file cannot hold"
    remedy = (
        "Rename the folder. Letters, digits, spaces and . _ - / are fine. Or pass --forge none, and write the pipeline "
        "yourself."
    )
    folder: object


class AnotherAccount(Message):
    code = "KS794"
    title = "Credentials of another account"
    text = "the credentials are of account {found}, and --account-id says {wanted}"
    remedy = "No file was written. Pass --profile with a profile of that account, or correct --account-id."
    found: object
    wanted: object


class PartlyWritten(Message):
    code = "KS795"
    title = "Files not set back"
    text = "not every file could be written, and these could not be set back: {files}"
    remedy = (
        "Check the disk and the permissions of the folder. Then look at these files with git diff, and run keyswitch init "
        "again."
    )
    files: object
