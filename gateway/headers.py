"""The task in the headers of an answer, for clients that read no bodies."""

from manusmesh.task.v1 import task_pb2
from meshkit.middleware import current_call


def tell(task: task_pb2.Task) -> None:
    """Puts a task into the headers of the answer under way, in place of what was told before."""
    headers = current_call.get().headers
    names = {"taskid", "taskstatus", "taskprogress"}
    headers[:] = [header for header in headers if header[0] not in names]
    headers.extend(
        (
            ("taskid", task.task_id),
            ("taskstatus", task.status),
            ("taskprogress", str(task.progress)),
        )
    )
