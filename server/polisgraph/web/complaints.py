"""What the engine says of a query, which is English, in the reader's language. Judges no query."""

from polisgraph.web.language import N_, language
from polisgraph.web.reasons import translated

_PLACED = N_("Syntax error in line %(line)s, column %(column)s: %(what)s")
SENTENCES = (
    N_("the prefix %(prefix)s: is not declared. Add PREFIX %(declared)s at the top."),
    N_("%(iri)s is not an absolute IRI. Write it out, or declare a BASE."),
    N_("a blank node label is used in two groups. Use a variable instead."),
    N_("BIND sets a variable that has a value. Use a new name."),
    N_("SELECT names a variable twice."),
    N_("VALUES names a variable twice."),
    N_("SELECT * does not go with GROUP BY. Name the variables."),
    N_("grouped rows have grouped variables and aggregates only."),
    N_("AS sets a variable that has a value. Use a new name."),
    N_("VALUES has a row with a value too many or too few."),
    N_("the query ends too early. Is a closing bracket missing?"),
    N_("the string that begins here with %(quote)s is not closed."),
    N_("%(character)s is a control character, which no query has."),
    N_("%(word)s cannot stand here."),
    N_("%(form)s is an update; this service is read-only and answers queries only."),
    N_("SERVICE is not allowed: this service does not call other endpoints. Query them directly."),
    N_("The query is nested too deeply: at most %(most)s brackets may be open at once."),
    N_(
        "The query is too involved: %(number)s operators, groups and assignments; at most %(most)s are taken."
        " Use VALUES or IN for long lists."
    ),
    N_("The query is too long: at most %(limit)s bytes are taken."),
    N_(
        "There is no graph %(graph)s here. SELECT ?graph WHERE { GRAPH ?graph { } } lists the graphs, and so does the"
        " service description at /sparql."
    ),
    N_(
        "The query ran for more than %(limit)s seconds. Narrow the pattern, put the most selective part first, or add"
        " a LIMIT."
    ),
    N_(
        "The query needs more memory than it may have. Narrow the pattern, add a LIMIT in a subselect, or avoid"
        " ORDER BY, GROUP BY and DISTINCT over very many rows."
    ),
    N_(
        "The result is larger than %(limit)s bytes. Add a LIMIT, select fewer columns, narrow the pattern, or fetch it"
        " in parts with ORDER BY, LIMIT and OFFSET."
    ),
)
"""What it says, the more special first."""


def told(complaint: str) -> tuple[str, str]:
    """Return a complaint in the reader's language and "", or as it is and "en" if nobody has translated it."""
    if language() == "en":
        return complaint, ""
    what = complaint.split(": ", 1)[1] if complaint.startswith("Syntax error in line") else ""
    known = translated(what, SENTENCES)
    text = translated(complaint.removesuffix(what) + known, (_PLACED,)) if known else translated(complaint, SENTENCES)
    return (text, "") if text else (complaint, "en")
