"""The engine, call by call, after the table of section 3 in ocp.md."""

import pytest

from bot.sandbox.ocp import Refused
from bot.sandbox.ocp.script import Failure, Script
from bot.sandbox.ocp.states import Operation, SubtaskStatus, TaskStatus

from .engine import BEGIN, FINISH, INSTALL, PREPARE, START, WAIT, a_task, at, failed_task, named, snapshot, states


def test_a_new_task_has_its_root_ready() -> None:
    task = a_task()

    assert task.status is TaskStatus.RUNNING
    assert named(task, PREPARE).status is SubtaskStatus.READY
    assert states(task) == {SubtaskStatus.READY, SubtaskStatus.PENDING}


def test_three_hosts_give_the_graph_of_the_composed_story() -> None:
    """One root, one end, two parallel stages, twelve nodes; edges agree both ways."""
    task = a_task(3)

    assert len(task.subtasks) == 12
    assert named(task, FINISH).downstreams == []
    assert sorted(s.parallel_idx for s in task.subtasks.values() if s.name == INSTALL) == [0, 1, 2]
    for subtask in task.subtasks.values():
        assert all(subtask.id in task.subtasks[up].downstreams for up in subtask.upstreams)
        assert all(subtask.id in task.subtasks[down].upstreams for down in subtask.downstreams)


def test_without_hosts_there_are_two_nodes() -> None:
    task = a_task(0)

    assert {s.name for s in task.subtasks.values()} == {PREPARE, FINISH}


def test_time_alone_finishes_the_task() -> None:
    task = a_task()

    task.advance(at(300))

    assert task.is_done
    assert states(task) == {SubtaskStatus.SUCCESSFUL}
    assert task.finished_at == max(s.finished_at for s in task.subtasks.values() if s.finished_at)


def test_many_small_steps_end_like_one_large_step() -> None:
    small, large = a_task(), a_task()

    for tenth in range(3000):
        small.advance(at(tenth / 10))
    large.advance(at(300))

    assert snapshot(small) == snapshot(large)


def test_running_siblings_finish_before_the_task_fails() -> None:
    """While another node runs, the task still says RUNNING although one FAILED."""
    task = a_task(2, failures=(Failure(name=INSTALL, branch=1),))
    task.advance(at(9))
    task.cancel(named(task, INSTALL, 0).id, at(9))
    task.advance(at(9))
    task.advance(at(14))

    assert named(task, INSTALL, 1).status is SubtaskStatus.FAILED
    assert named(task, WAIT).status is SubtaskStatus.PENDING
    assert task.status is TaskStatus.FAILED


def test_a_slow_sibling_keeps_the_failed_task_running() -> None:
    script = Script(failures=[Failure(name=INSTALL, branch=1)])
    task = a_task(2, script=script)
    task.advance(at(8.5))
    named(task, INSTALL, 0).ends_at = at(100)
    task.advance(at(50))

    assert named(task, INSTALL, 1).status is SubtaskStatus.FAILED
    assert not task.finished_at
    task.advance(at(101))
    assert task.status is TaskStatus.FAILED


def test_task_retry_runs_only_what_failed() -> None:
    task = failed_task()
    old_finish = task.finished_at
    task.retry(at(301))

    failed = named(task, INSTALL, 1)
    assert (task.status, task.operation, task.finished_at) == (TaskStatus.RUNNING, Operation.RETRY, old_finish)
    assert (failed.status, failed.operation, failed.run_time) == (SubtaskStatus.READY, Operation.RETRY, 2)
    assert named(task, INSTALL, 0).run_time == 1

    first_start = failed.started_at
    task.advance(at(303))
    assert (failed.status, failed.started_at, failed.finished_at) == (SubtaskStatus.RUNNING, first_start, None)
    task.advance(at(600))
    assert task.is_done
    assert task.operation is Operation.RETRY
    assert "{EXECUTE}" in failed.log
    assert "{RETRY}" in failed.log


def test_subtask_retry_leaves_operation_and_run_time_of_the_task() -> None:
    task = failed_task()
    failed = task.retry_subtask(named(task, INSTALL, 1).id, at(301))

    assert (task.status, task.operation) == (TaskStatus.RUNNING, Operation.EXECUTE)
    assert (failed.status, failed.operation, failed.run_time) == (SubtaskStatus.READY, Operation.RETRY, 1)
    task.advance(at(600))
    assert task.is_done


def test_skip_is_ready_first_and_successful_a_tick_later() -> None:
    task = failed_task()
    skipped = named(task, INSTALL, 1)
    task.skip(skipped.id, at(301))

    assert (task.status, skipped.status, skipped.operation) == (
        TaskStatus.RUNNING,
        SubtaskStatus.READY,
        Operation.SKIP,
    )
    task.advance(at(302))
    assert (skipped.status, skipped.operation) == (SubtaskStatus.SUCCESSFUL, Operation.SKIP)
    task.advance(at(600))
    assert task.is_done


def test_cancel_goes_through_canceling_and_running_to_failed() -> None:
    task = a_task(1, script=Script(retries_by_name={PREPARE: 3}))
    task.advance(at(2))
    cancelled = named(task, PREPARE)
    task.cancel(cancelled.id, at(2))
    assert cancelled.status is SubtaskStatus.CANCELING

    task.advance(at(3))
    assert (cancelled.status, cancelled.operation) == (SubtaskStatus.RUNNING, Operation.CANCEL)
    task.advance(at(4))
    assert (cancelled.status, cancelled.operation) == (SubtaskStatus.FAILED, Operation.CANCEL)
    assert task.status is TaskStatus.FAILED
    task.advance(at(900))
    assert cancelled.run_time == 1


def test_rollback_walks_backwards_and_ends_with_everything_pending() -> None:
    task = failed_task(BEGIN)
    task.rollback(at(301))
    never_ran = named(task, FINISH)
    assert (task.status, task.operation) == (TaskStatus.RUNNING, Operation.ROLLBACK)
    assert {s.operation for s in task.subtasks.values() if s.status is not SubtaskStatus.PENDING} == {
        Operation.ROLLBACK
    }

    task.advance(at(600))

    assert task.is_undone
    assert states(task) == {SubtaskStatus.PENDING}
    assert (never_ran.operation, never_ran.started_at) == (Operation.EXECUTE, None)
    undone = named(task, INSTALL, 0)
    assert undone.operation is Operation.ROLLBACK
    assert undone.started_at
    assert undone.finished_at
    assert undone.run_time == 1
    assert (named(task, PREPARE).finished_at or START) > undone.finished_at


def test_a_failed_rollback_refuses_retry_but_rolls_back_again() -> None:
    task = failed_task()
    task.script.failures.append(Failure(name=INSTALL, branch=0, undo=True))
    task.rollback(at(301))
    task.advance(at(400))
    assert (task.status, task.operation) == (TaskStatus.FAILED, Operation.ROLLBACK)

    with pytest.raises(Refused) as refusal:
        task.retry(at(401))
    with pytest.raises(Refused):
        task.retry_subtask(named(task, INSTALL, 0).id, at(401))
    task.rollback(at(402))
    task.advance(at(600))

    assert refusal.value.code == "TSK10007"
    assert task.is_undone


def test_skip_in_a_rollback_counts_the_node_as_undone() -> None:
    task = failed_task()
    task.script.failures.append(Failure(name=INSTALL, branch=0, undo=True))
    task.rollback(at(301))
    task.advance(at(400))
    stuck = named(task, INSTALL, 0)
    task.skip(stuck.id, at(401))

    assert (stuck.status, stuck.operation) == (SubtaskStatus.READY, Operation.ROLLBACK_SKIP)
    task.advance(at(402))
    assert stuck.status is SubtaskStatus.PENDING
    task.advance(at(600))
    assert task.is_undone


def test_calls_in_the_wrong_state_change_nothing() -> None:
    task = a_task()
    task.advance(at(5))
    before = snapshot(task)
    pending, running = named(task, FINISH), named(task, PREPARE)

    for call in (
        lambda: task.retry(at(5)),
        lambda: task.rollback(at(5)),
        lambda: task.retry_subtask(running.id, at(5)),
        lambda: task.skip(pending.id, at(5)),
        lambda: task.cancel(pending.id, at(5)),
    ):
        with pytest.raises(Refused) as refusal:
            call()
        assert (refusal.value.status, refusal.value.code) == (400, "TSK10007")

    assert snapshot(task) == before


def test_prohibited_rollback_and_skip_have_their_own_codes() -> None:
    task = failed_task()
    named(task, PREPARE).prohibit_rollback = True
    named(task, INSTALL, 1).prohibit_skip = True
    before = snapshot(task)

    with pytest.raises(Refused) as rollback:
        task.rollback(at(301))
    with pytest.raises(Refused) as skip:
        task.skip(named(task, INSTALL, 1).id, at(301))

    assert (rollback.value.code, skip.value.code) == ("TSK10009", "TSK10010")
    assert snapshot(task) == before


def test_a_node_that_prohibits_rollback_counts_once_it_has_run() -> None:
    task = a_task()
    named(task, INSTALL, 0).prohibit_rollback = True

    assert not task.prohibits_rollback
    task.advance(at(20))
    assert task.prohibits_rollback


def test_ocp_may_retry_a_failed_subtask_by_itself() -> None:
    """FAILED shows for a tick, the task stays RUNNING, run_time counts it."""
    script = Script(failures=[Failure(name=PREPARE)], retries_by_name={PREPARE: 1})
    task = a_task(1, script=script)
    seen = set()
    for second in range(60):
        task.advance(at(second))
        seen.add((task.status, named(task, PREPARE).status, named(task, PREPARE).operation))

    assert (TaskStatus.RUNNING, SubtaskStatus.FAILED, Operation.EXECUTE) in seen
    assert (TaskStatus.RUNNING, SubtaskStatus.READY, Operation.RETRY) in seen
    assert not any(status is TaskStatus.FAILED for status, _, _ in seen)
    assert named(task, PREPARE).run_time == 2


def test_a_run_longer_than_its_timeout_fails_when_timeouts_are_enforced() -> None:
    slow = {"default_seconds": 6.0, "seconds_by_name": {WAIT: 1000.0}}
    strict, lenient = Script(**slow, enforces_timeouts=True), Script(**slow)  # type: ignore[arg-type]
    late, patient = a_task(1, script=strict), a_task(1, script=lenient)
    late.advance(at(100))
    patient.advance(at(100))

    assert late.status is TaskStatus.FAILED
    assert patient.status is TaskStatus.RUNNING
    assert "timed out after 30 s" in "".join(s.log for s in late.subtasks.values())


def test_twenty_hosts_are_worked_on_ten_at_a_time() -> None:
    task = a_task(20)
    task.advance(at(9))

    assert sum(s.is_busy for s in task.subtasks.values()) == 10
    task.advance(at(300))
    assert task.is_done


def test_after_a_failure_no_further_node_starts() -> None:
    """Of twenty hosts ten are under way when one fails; the other ten are left alone."""
    task = failed_task(INSTALL, branch=3, hosts=20)

    installs = [s.status for s in task.subtasks.values() if s.name == INSTALL]
    assert installs.count(SubtaskStatus.PENDING) == 10
    assert installs.count(SubtaskStatus.SUCCESSFUL) == 9
