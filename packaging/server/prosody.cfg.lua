-- What helps boards, for Prosody 0.12 (docs/server.md tells why). Replace example.org.
-- Global part: goes into prosody.cfg.lua, beside the modules that are enabled there.

modules_enabled = {
	"roster", "saslauth", "tls", "disco", "carbons", "pep", "private", "blocklist",
	"vcard4", "vcard_legacy", "bookmarks", "version", "ping", "register", "mam",
	"smacks", "csi_simple", "limits",
}

-- Debian's default is 10kb/s: a board of 1 MB would take a joiner two minutes.
limits = { c2s = { rate = "1mb/s", burst = "2s" }, s2sin = { rate = "3mb/s", burst = "2s" } }

-- Plain files stand still for seconds once an archive holds 10 000 messages (needs lua-dbi-sqlite3).
storage = { archive = "sql", muc_log = "sql" }
sql = { driver = "SQLite3", database = "prosody.sqlite" }
archive_expires_after = "1w"

VirtualHost "example.org"

Component "rooms.example.org" "muc"
	-- A board whose people have all gone is found in the room's archive again, for as long as it is kept.
	modules_enabled = { "muc_mam" }
	muc_log_by_default = true
	muc_room_default_persistent = true
	muc_log_expires_after = "1w"
	restrict_room_creation = "local"

-- A large board goes to a joiner as one file; plain (http_ports) only behind a proxy that speaks TLS.
Component "upload.example.org" "http_file_share"
	http_file_share_size_limit = 16 * 1024 * 1024
	http_file_share_expires_after = 24 * 60 * 60
