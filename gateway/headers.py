"""The task in the headers of an answer, for clients that read no bodies."""

from manusmesh.task.v1 import task_pb2
from meshkit.middleware import current_call


def tell(task: task_pb2.Task) -> None:
    """Puts a task into the headers of the answer under way, in place of what was told before."""
    headers = current_call.get().headers
    headers["taskid"] = task.task_id
    headers["taskstatus"] = task.status
    headers["taskprogress"] = str(task.progress)
