"""A small engine for tests: the real program and the real dynamic provider host, without the CLI between them.

It keeps the state in a dictionary and does what the CLI does: Configure, Check, Diff, the hooks, Create, Update,
Read and Delete, in the same order and with the same bags. What it does not know, such as targets, plans and
policies, stays with the CLI. The same test bodies run on both: ``make test-engine`` runs all of them on the CLI.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pulumi.runtime.proto import resource_pb2

from support.property_values import Bag, bag, changed, struct
from support.provider_host import PartlyDoneError, ProviderHost, StepError
from support.small_monitor import Monitor
from support.small_stack import Message, Outcome, Resource, Stack, aliased


class Phase:
    """One preview, update, refresh or destroy, in processes of its own.

    :param stack: its state is changed step by step, as the engine's checkpoint is, but in a dry run.
    """

    def __init__(
        self,
        stack: Stack,
        *,
        dry_run: bool = False,
        keeps_going: bool = False,
        parallel: int = 16,
    ) -> None:
        self._stack, self._dry_run, self._parallel = stack, dry_run, parallel
        self._state = dict(stack.state) if dry_run else stack.state
        self.keeps_going = keeps_going
        self.has_stopped = False
        self.outcome = Outcome()
        self._registered: dict[str, Resource] = {}
        self._replaced: list[Resource] = []
        self._executing = threading.Semaphore(parallel)
        self._generating = threading.Lock()
        self._monitor = Monitor(self)

    def refresh(self) -> None:
        """Reads every key in the state, and believes what is read."""
        with self._processes():
            self._refresh()

    def update(self, *, refresh: bool = False) -> None:
        """Runs the program, and makes the state what it declares."""
        with self._processes() as address:
            if refresh:
                self._refresh()
            if self.outcome.failed:
                return
            self.outcome.program_failed = self._run_program(address) != 0
            if self.outcome.succeeded or (self.keeps_going and not self.outcome.program_failed):
                gone = [each for urn, each in self._state.items() if urn not in self._registered]
                self._delete([*self._replaced, *gone])

    def destroy(self, *, refresh: bool = False) -> None:
        """Deletes everything in the state."""
        with self._processes():
            if refresh:
                self._refresh()
            if not self.outcome.failed:
                self._delete(list(self._state.values()))

    @contextmanager
    def _processes(self) -> Iterator[str]:
        stack = self._stack
        with (
            self._monitor.serving() as address,
            ProviderHost.running(
                stack.python, stack.folder, stack.env, address, stack.config
            ) as self._host,
        ):
            yield address

    def _run_program(self, address: str) -> int:
        stack = self._stack
        env = {
            **stack.env,
            "PULUMI_CONFIG": json.dumps(dict(stack.config)),
            "PULUMI_CONFIG_SECRET_KEYS": "[]",
        }
        options = {
            "project": "project",
            "stack": "test",
            "pwd": str(stack.folder),
            "dry_run": str(self._dry_run).lower(),
            "parallel": str(self._parallel),
            "monitor": address,
            "engine": address,
            "organization": "organization",
        }
        arguments = [_language_exec(stack.env["PATH"])]
        for name, value in options.items():
            arguments += [f"--{name}", value]
        with (stack.folder / "program.out").open("w+b") as out:
            program = stack.python.start(
                [*arguments, "__main__.py"], stack.folder, env, out.fileno(), out.fileno()
            )
            code = program.wait()
            out.seek(0)
            for line in out.read().decode().splitlines():
                self.tell("", "info", line)
        return code

    def tell(self, urn: str, severity: str, text: str) -> None:
        self.outcome.messages.append(Message(urn, severity, text))

    def recorded(self) -> Bag:
        found = self._state.items()
        return {urn: {"type": each.type, "outputs": each.outputs} for urn, each in found}

    def set_outputs(self, urn: str, outputs: Any) -> None:
        with self._generating:
            self._keep(replace(self._registered[urn], outputs=bag(outputs)))

    def register(self, urn: str, request: Any) -> tuple[str, Bag]:
        inputs = bag(request.object)
        wanted = Resource(
            urn,
            inputs,
            inputs,
            custom=request.custom,
            parent=request.parent,
            dependencies=tuple(request.dependencies),
            protect=request.protect,
            retain=request.retainOnDelete,
        )
        try:
            done = self._step(wanted, request) if wanted.is_key else self._component(wanted)
        except StepError as error:
            self._fail(urn, str(error))
            raise
        return done.id, done.outputs

    def _component(self, wanted: Resource) -> Resource:
        with self._generating:
            self.outcome.operations[wanted.urn] = "same" if wanted.urn in self._state else "create"
            self._keep(wanted)
        return wanted

    def _step(self, wanted: Resource, request: Any) -> Resource:
        with self._generating:
            old = self._old(wanted.urn, [*request.aliases, *request.aliasURNs])
            self._registered[wanted.urn] = wanted
            olds = old.inputs if old else {}
            wanted = replace(wanted, inputs=self._host.check(wanted.urn, olds, wanted.inputs))
            operation = self._operation(wanted, old, request)
        self.outcome.operations[wanted.urn] = operation
        if old is not None and operation == "same":
            done = replace(wanted, id=old.id, outputs=old.outputs)
            self._keep(done, old)
            return done
        self.outcome.changed[wanted.urn] = changed(olds, wanted.inputs)
        before = old if operation == "update" else None
        with self._executing:
            self._call_hooks(request.hooks, wanted, before)
            if self._dry_run:
                known = before.id if before else ""
                return replace(wanted, outputs=wanted.inputs, id=known)
            done = self._apply(wanted, before, request)
        if operation == "replace" and old is not None:
            self._replaced.append(old)
        self._keep(done, old)
        return done

    def _old(self, urn: str, aliases: Any) -> Resource | None:
        names = [urn, *(aliased(each, urn) for each in aliases)]
        found = next((self._state[each] for each in names if each in self._state), None)
        if found is not None:
            self._registered[found.urn] = found
        return found

    def _operation(self, wanted: Resource, old: Resource | None, request: Any) -> str:
        if old is None:
            return "create"
        differs, replaces = self._host.diff(
            wanted.urn, old.id, old.outputs, wanted.inputs, request.ignoreChanges
        )
        if replaces:
            self._host.check(wanted.urn, {}, wanted.inputs)
            return "replace"
        return "update" if differs or old.failed_before else "same"

    def _call_hooks(self, hooks: Any, wanted: Resource, old: Resource | None) -> None:
        asked = resource_pb2.ResourceHookRequest(
            urn=wanted.urn,
            id=old.id if old else "",
            name=wanted.name,
            type=wanted.type,
            new_inputs=struct(wanted.inputs),
            old_inputs=struct(old.inputs) if old else None,
            old_outputs=struct(old.outputs) if old else None,
        )
        for name in hooks.before_update if old else hooks.before_create:
            self._monitor.call_hook(name, asked, self._dry_run)

    def _apply(self, wanted: Resource, old: Resource | None, request: Any) -> Resource:
        try:
            if old is None:
                id_, outputs = self._host.create(wanted.urn, wanted.inputs)
            else:
                id_ = old.id
                outputs = self._host.update(
                    wanted.urn, id_, old.outputs, wanted.inputs, request.ignoreChanges
                )
        except PartlyDoneError as partly:
            kept = replace(wanted, id=partly.id, outputs=partly.outputs, failed_before=True)
            self._keep(kept, old)
            raise
        return replace(wanted, id=id_, outputs=outputs)

    def _refresh(self) -> None:
        keys = [each for each in self._state.values() if each.is_key]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(self._read, keys))

    def _read(self, old: Resource) -> None:
        try:
            read = self._host.read(old.urn, old.id, old.outputs, old.inputs)
            if read is None:
                self.outcome.operations[old.urn] = "delete"
                del self._state[old.urn]
                return
            outputs, inputs = read
            differs, _ = self._host.diff(old.urn, old.id, outputs, old.inputs)
        except StepError as error:
            self._fail(old.urn, str(error))
            return
        self.outcome.operations[old.urn] = "update" if differs else "same"
        self._state[old.urn] = replace(old, inputs=inputs, outputs=outputs, failed_before=False)

    def _delete(self, gone: list[Resource]) -> None:
        """What nothing else that goes depends on is deleted first, and side by side."""
        left = {id(each): each for each in gone}
        while left and not self.has_stopped:
            needed = {urn for each in left.values() for urn in (*each.dependencies, each.parent)}
            ready = [each for each in left.values() if each.urn not in needed] or [*left.values()]
            with ThreadPoolExecutor(self._parallel) as pool:
                list(pool.map(self._delete_one, ready))
            for each in ready:
                del left[id(each)]

    def _delete_one(self, old: Resource) -> None:
        if old.urn not in self._registered:
            self.outcome.operations[old.urn] = "delete"
        if self._dry_run:
            return
        if old.protect:
            self._fail(old.urn, f"Cannot delete protected resource {old.urn}")
            return
        try:
            if old.is_key and not old.retain:
                self._host.delete(old.urn, old.id, old.outputs)
        except StepError as error:
            self._fail(old.urn, str(error))
            return
        if self._state.get(old.urn) is old:
            del self._state[old.urn]

    def _keep(self, done: Resource, old: Resource | None = None) -> None:
        self._registered[done.urn] = done
        if self._dry_run:
            return
        if old is not None and old.urn != done.urn:
            del self._state[old.urn]
        self._state[done.urn] = done

    def _fail(self, urn: str, text: str) -> None:
        self.outcome.failed.add(urn)
        self.tell(urn, "error", text)
        self.has_stopped = not self.keeps_going


def _language_exec(path: str) -> str:
    folders = (Path(each) for each in path.split(":"))
    name = "pulumi-language-python-exec"
    return next(str(each / name) for each in folders if (each / name).is_file())
