"""Everything that can go wrong, in words for people. One hierarchy, no I/O.

PolisgraphError                 anything below; `str(error)` says what was wrong and what to do
├── SourceError                 a file that cannot be read or parsed; has file, line, column
├── RuleError                   a rule, shape or report file that does not say what it must
├── InconsistencyError          the reasoner found statements that contradict the ontology
├── ValidationError             the data violates shapes; the findings are in the report
├── SnapshotError               no snapshot, or one that is damaged
├── WikidataError               an endpoint in Wikidata's shape gave no whole answer
├── PublishError                a snapshot could not be published to a SPARQL endpoint
└── QueryError                  a query was not answered; has an HTTP status
    ├── SeveralChoices    300   a key is that of several things
    ├── BadQuery          400   syntax error (line, column), too deep, unknown graph
    ├── BadParameter      400   a report parameter is missing or of the wrong kind
    ├── Forbidden         403   update, LOAD, SERVICE
    ├── NotFound          404   unknown entity or report
    ├── NotAcceptable     406   media type not on offer
    ├── TooLong           413   the request is too long
    ├── WrongContentType  415   the request's content type is not one the protocol knows
    ├── TooMany           429   one client has as many requests at work as it may have
    ├── WorkerFailed      500   the worker crashed on this query
    ├── StoreDamaged      500   the store on disk is not what was written, or cannot be read
    ├── EndpointFailed    502   the SPARQL endpoint behind the service gave no whole answer
    ├── Busy              503   all workers busy and the queue full
    ├── TimeLimit         504   the deadline passed
    └── ResultTooLarge    507   the result is over the size limit, or memory ran out
"""

from pathlib import Path


class PolisgraphError(Exception):
    """Base of all errors that a user may see."""


class SourceError(PolisgraphError):
    """A file could not be read or parsed."""

    def __init__(self, message: str, path: Path, line: int | None = None, column: int | None = None) -> None:
        place = ":".join(str(part) for part in (path, line, column) if part is not None)
        super().__init__(f"{place}: {message}")
        self.path, self.line, self.column = path, line, column


class RuleError(PolisgraphError):
    """A rule, shape or report file does not say what it must."""


class InconsistencyError(PolisgraphError):
    """The reasoner found statements that contradict the ontology."""


class ValidationError(PolisgraphError):
    """The asserted data violates shapes."""


class SnapshotError(PolisgraphError):
    """There is no snapshot, or the one there is damaged."""


class PublishError(PolisgraphError):
    """A snapshot could not be published to a SPARQL endpoint."""


class WikidataError(PolisgraphError):
    """An endpoint in Wikidata's shape gave no whole answer."""


class QueryError(PolisgraphError):
    """A query was not answered. `status` is the HTTP status, `title` its short name (RFC 9457)."""

    status = 500
    title = "Query failed"

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.details = details

    def __reduce__(self) -> tuple[object, ...]:
        # Workers send errors to the server by pickle, which would forget the keyword arguments.
        return (_rebuild, (type(self), str(self), self.details))


def _rebuild(kind: type[QueryError], message: str, details: dict[str, object]) -> QueryError:
    return kind(message, **details)


class SeveralChoices(QueryError):
    status, title = 300, "Several choices"


class BadQuery(QueryError):
    status, title = 400, "Bad query"


class BadParameter(QueryError):
    status, title = 400, "Bad parameter"


class Forbidden(QueryError):
    status, title = 403, "Not allowed"


class NotFound(QueryError):
    status, title = 404, "Not found"


class NotAcceptable(QueryError):
    status, title = 406, "Media type not on offer"


class TooLong(QueryError):
    status, title = 413, "Request too long"


class WrongContentType(QueryError):
    status, title = 415, "Content type not understood"


class TooMany(QueryError):
    status, title = 429, "Too many requests at once"


class WorkerFailed(QueryError):
    status, title = 500, "Query crashed its worker"


class StoreDamaged(QueryError):
    status, title = 500, "Data cannot be read"


class EndpointFailed(QueryError):
    status, title = 502, "Endpoint failed"


class Busy(QueryError):
    status, title = 503, "All workers are busy"


class Abandoned(Busy):
    title = "Nobody waits for it"


class TimeLimit(QueryError):
    status, title = 504, "Over the time limit"


class ResultTooLarge(QueryError):
    status, title = 507, "Result too large"
