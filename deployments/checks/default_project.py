"""Harbor's first project is there: its database was set up by Harbor itself."""

from deployments.clients import harbor
from operations.errors import CheckFailed, Warned
from operations.run import Run


def check_default_project(run: Run) -> str:
    """`library` exists; that it was made private or deleted is the operators' right."""
    project = harbor(run).find_project("library")
    if project is None:
        others = harbor(run).count_projects()
        if not others:
            raise CheckFailed(
                "Harbor has no project at all: its database was not set up, or was emptied.",
                advice="Look for errors in the log of harbor-core and whether harbor-db has its "
                       "volume. When all projects were deleted on purpose, make a new one.",
            )
        raise Warned(
            f"The project library was deleted; {others} other projects are there.",
            advice="Fine when that is on purpose.",
        )
    public = (project.get("metadata") or {}).get("public") == "true"
    return f"library is there (number {project['project_id']}, {'public' if public else 'private'})"
