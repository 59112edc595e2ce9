"""The dead-letter RPCs' thin adapter: what operators see of tasks that kill their holders."""

from gateway.headers import tell
from manusmesh.task.v1 import dead_letter_service_pb2 as pb
from manusmesh.task.v1 import dead_letter_service_pb2_grpc as rpc
from manusmesh.task.v1 import task_pb2
from meshkit.middleware import Context
from meshkit.tasks.dead_letters import DeadLetters
from meshkit.tasks.store import TaskStore


class DeadLetterServicer(rpc.DeadLetterServiceServicer):
    """Speaks `task.v1.DeadLetterService` for operators: over the tasks of all tenants."""

    def __init__(self, letters: DeadLetters, store: TaskStore) -> None:
        self._letters = letters
        self._store = store

    async def ListDeadLetters(  # noqa: N802 - the contract's name
        self, request: pb.ListDeadLettersRequest, context: Context
    ) -> pb.ListDeadLettersResponse:
        """Lists the dead letters."""
        return await self._letters.page(request)

    async def GetDeadLetter(  # noqa: N802
        self, request: pb.GetDeadLetterRequest, context: Context
    ) -> pb.DeadLetter:
        """Answers one dead letter with the full record of its task."""
        letter = await self._letters.get(request.task_id)
        letter.task.CopyFrom(await self._store.detailed(letter.tenant_id, letter.task_id))
        tell(letter.task)
        return letter

    async def RequeueDeadLetter(  # noqa: N802
        self, request: pb.RequeueDeadLetterRequest, context: Context
    ) -> task_pb2.Task:
        """Queues the task of a dead letter again."""
        letter = await self._letters.requeue(self._store, request.task_id)
        task = await self._store.get(letter.tenant_id, letter.task_id)
        tell(task)
        return task
