"""The configuration of a Virtuoso 7 with a database of its own. Starts none."""

from pathlib import Path

_SETTINGS = """[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
MaxCheckpointRemap = 2000

[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx

[Parameters]
ServerPort = 127.0.0.1:{sql}
ServerThreads = 100
NumberOfBuffers = {buffers}
MaxDirtyBuffers = {dirty}
DirsAllowed = {folder}
CheckpointInterval = 0

[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 80
MaxClientConnections = 80

[SPARQL]
MaxQueryExecutionTime = {limit}
ResultSetMaxRows = {rows}
"""


def configured(folder: Path, sql: int, http: int, *, buffers: int, limit: int, rows: int) -> list[str]:
    """Write the settings of a server with these ports into `folder`; return the command that runs it.

    It has `buffers` of 8 kB, and gives a query `limit` seconds and an answer `rows`.
    """
    file = folder / "virtuoso.ini"
    dirty = buffers * 3 // 4  # the share that the manual gives
    settings = _SETTINGS.format(folder=folder, sql=sql, http=http, buffers=buffers, dirty=dirty, limit=limit, rows=rows)
    file.write_text(settings, encoding="utf-8")
    return ["virtuoso-t", "+foreground", "+configfile", str(file)]
