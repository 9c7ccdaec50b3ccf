"""The stages of a merge, in their order."""

CHECKING = "checking"  # the plan as it is before anything is held; it may refuse the merge
CLOSING = "closing"  # both clinics are held, and every process gets to know
PLANNING = "planning"  # the plan that is carried out
TAGS_AND_SITES = "tagsAndSites"
PATIENTS = "patients"
CLINICIANS = "clinicians"
FINISHING = "finishing"  # the source goes; from then on nothing is taken back
PUBLISHING = "publishing"  # other services get to see what was done
ANNOUNCING = "announcing"  # mails are asked for
CLEARING = "clearing"  # what was kept for taking it back is removed
ENDED = ""

FIRST = CHECKING
UNDECIDED = (CHECKING, CLOSING, PLANNING, TAGS_AND_SITES, PATIENTS, CLINICIANS, FINISHING)
