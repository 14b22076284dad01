"""The queue of Redis: ids only, no retries; losing it loses nothing."""

import logging

import django_rq
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue

from operations.models import Operation

logger = logging.getLogger(__name__)

_RESULT_SECONDS = 300
_FAILURE_SECONDS = 3600


def enqueue(operation: Operation) -> bool:
    """Put the id on the queue; without Redis say so and leave it to the reconciler."""
    try:
        _queue_of(operation).enqueue(
            "operations.jobs.run_operation",
            operation.pk,
            job_id=_job_id(operation),
            result_ttl=_RESULT_SECONDS,
            failure_ttl=_FAILURE_SECONDS,
            description=str(operation.uuid),
        )
    except (redis.RedisError, OSError) as error:
        logger.warning("%s is recorded but not enqueued, Redis: %s", operation, error)
        return False
    return True


def is_enqueued(operation: Operation) -> bool:
    """Whether a worker will still find it; raises redis.RedisError."""
    return _queue_of(operation).get_job_position(_job_id(operation)) is not None


def _queue_of(operation: Operation) -> Queue:
    connection = django_rq.get_connection(operation.queue)
    # Without this a click waits eight seconds for a Redis that is away.
    connection.set_retry(Retry(NoBackoff(), 0))
    return django_rq.get_queue(operation.queue, connection=connection)


def _job_id(operation: Operation) -> str:
    """One per attempt: a job that another attempt still executes is never touched."""
    return f"{operation.uuid}-{operation.attempt + 1}"
