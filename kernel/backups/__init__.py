"""A backup of the whole database at one moment, in a folder, and its way back.

The folder has the layout of MongoDB's own tools (`<collection>.bson.gz` and `<collection>.metadata.json.gz`), so
`mongorestore --gzip` can read it too, and `backup.json`, which says what has to be there (`folders`).
"""

from kernel.backups.copying import back_up
from kernel.backups.folders import BackupError, Progress
from kernel.backups.restoring import check_copy, restore

__all__ = ["BackupError", "Progress", "back_up", "check_copy", "restore"]
