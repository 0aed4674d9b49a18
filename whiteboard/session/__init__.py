"""One member in one session, without I/O: joining, serving, sync, presence, invitations."""
