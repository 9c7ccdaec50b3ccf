"""A backup of the whole database at one moment, in a folder, and its way back.

The folder holds two files for each collection, its documents (`<collection>.bson.gz`) and its options and indexes
(`<collection>.metadata.json.gz`), and `backup.json`, which says what has to be there (`folders`).
"""

from kernel.backups.copying import back_up
from kernel.backups.folders import BackupError, Progress
from kernel.backups.restoring import check_copy, restore

__all__ = ["BackupError", "Progress", "back_up", "check_copy", "restore"]
