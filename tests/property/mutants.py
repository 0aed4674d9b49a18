"""Faults that the tests of merging must notice (SYNC 11): the checker is checked.

Each mutant replaces one piece of source text, which must occur exactly once, so that a mutant does
not silently vanish when the code changes. `scripts/mutants.py` runs them.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """One planted fault."""

    name: str
    path: str
    old: str
    new: str


MERGE = "whiteboard/model/merge.py"
MOVES = "whiteboard/model/moves.py"
TEXT = "whiteboard/model/text.py"
SPANS = "whiteboard/model/text_spans.py"
VIEWS = "whiteboard/model/text_views.py"
HISTORY = "whiteboard/model/history.py"
REBASE = "whiteboard/model/rebase.py"
CHECKPOINT = "whiteboard/model/checkpoint.py"
FOLDING = "whiteboard/model/folding.py"
MEMORY = "whiteboard/session/memory.py"
REBASING = "whiteboard/session/rebasing.py"
SNAPSHOT = "whiteboard/journal/snapshot.py"
PROJECTION = "whiteboard/model/projection.py"
RIGHTS = "whiteboard/model/rights.py"
MARKS = "whiteboard/model/marks.py"
LAW = "whiteboard/model/law.py"
UNDO = "whiteboard/editing/undo.py"
STRICT_MERGE = "whiteboard/model/strict/merge.py"
STRICT_RECORD = "whiteboard/model/strict/record.py"
STRICT_FOREST = "whiteboard/model/strict/forest.py"
STRICT_SNAPSHOT = "whiteboard/model/strict/snapshot.py"
STRICT_REASSERT = "whiteboard/model/strict/reassert.py"

MUTANTS = [
    Mutant(
        "no cycle test",
        MOVES,
        "    step: Record | None = record\n    while step is not None:\n",
        "    step: Record | None = record if record is ancestor else None\n"
        "    while step is not None:\n",
    ),
    Mutant(
        "no undo and redo in the move log",
        MOVES,
        "if not log or log[-1].ts < move.ts:",
        "if True:",
    ),
    Mutant(
        "a late move of what nothing lies under is not compared with newer ones",
        MERGE,
        "elif is_newest and record.up is not parent:",
        "elif record.up is not parent:",
    ),
    Mutant(
        "moves of what something lies under are not in the move log",
        MERGE,
        "            record.parented = True\n",
        "            return\n",
    ),
    Mutant(
        "an attribute of a literal is as old as its element",
        PROJECTION,
        "time_of(l, r, k + 1 + index)",
        "time_of(l, r, k)",
    ),
    Mutant(
        "an attribute of a literal shows again when its record has gone",
        PROJECTION,
        "if not up.attrs[slot] and not up.literal:",
        "if not up.attrs[slot]:",
    ),
    Mutant(
        "an attribute that was written to before its literal came is not found by it",
        MERGE,
        "            or rid in self._homes\n",
        "",
    ),
    Mutant(
        "fast path always",
        TEXT,
        "if lens is self.law.everything and seen == spans.now.seen:",
        "if True:",
    ),
    Mutant(
        "a text that an author saw once is what he sees for ever",
        TEXT,
        "if view.seen != seen or view.void != void:",
        "if False:",
    ),
    Mutant(
        "a cancel that comes before what it cancels is lost",
        TEXT,
        "                self._nameless.setdefault(partial.alias, []).append(partial)\n",
        "                pass\n",
    ),
    Mutant(
        "a cancel may name what is newer",
        TEXT,
        "return cancel.ts > partial.ts and ",
        "return cancel is not partial and ",
    ),
    Mutant(
        "what newer edits put at one place is not skipped",
        SPANS,
        "while i < len(spans) and spans[i].age > ts:",
        "while False:",
    ),
    Mutant(
        "all of a block is skipped, though something in it is older",
        SPANS,
        "if i == 0 and block.oldest > ts:",
        "if i == 0:",
    ),
    Mutant(
        "a block does not know that something older was put in",
        SPANS,
        "        block.oldest = min(block.oldest, ts)\n",
        "",
    ),
    Mutant(
        "what moves to a new block is not known there as deleted",
        SPANS,
        "            _share(part, fresh, moved)\n",
        "            pass\n",
    ),
    Mutant(
        "characters that are numbered anew are not found in remembered texts",
        SPANS,
        "        for view in (self.now, *self.others.values()):\n            i = block.index\n",
        "        for view in (self.now,):\n            i = block.index\n",
    ),
    Mutant(
        "two deletions of a character annul each other",
        VIEWS,
        "        mask &= digit\n",
        "        mask = 0\n",
    ),
    Mutant(
        "who takes back one of several deletions takes back all",
        VIEWS,
        "        mask &= ~digit\n",
        "        mask = 0\n",
    ),
    Mutant(
        "a verdict that changes twice has the effect of one change",
        VIEWS,
        "self._owed.symmetric_difference_update(edits)",
        "self._owed.update(edits)",
    ),
    Mutant(
        "typing goes on inside the run that was typed last",
        SPANS,
        "if edit.start == end and len(span.text) == size:",
        "if edit.start == end:",
    ),
    Mutant(
        "a cancel counts though a newer one was there",
        VIEWS,
        "if len(path) == depth or path[depth].ts < cancel.ts:",
        "if True:",
    ),
    Mutant(
        "remembered texts are not told that a block was cut",
        SPANS,
        "        for view in (self.now, *self.others.values()):\n            tally",
        "        for view in (self.now,):\n            tally",
    ),
    Mutant(
        "an author's text is judged by what was cancelled before he saw it",
        SPANS,
        "            view.forget(root)\n",
        "            pass\n",
    ),
    Mutant(
        "registers by arrival",
        MERGE,
        "        if not entries or entries[-1][0] < ts:\n",
        "        if True:\n",
    ),
    Mutant(
        "no causal wait",
        HISTORY,
        "q == batch.r or self.holds(q, m) for q, m in batch.deps.items()",
        "True for q, m in batch.deps.items()",
    ),
    Mutant(
        "epoch by arrival",
        MERGE,
        "        if entries and ts < entries[-1][0]:\n",
        "        if False:\n",
    ),
    Mutant(
        "partial edits in an epoch that their author had not seen",
        MERGE,
        "if epoch is not None and not message.saw(epoch.r, self._history.number_of(epoch)):",
        "if False:",
    ),
    Mutant(
        "undo without winner check",
        UNDO,
        "full[-1].alias != value or any(",
        "any(",
    ),
    Mutant(
        "undo by the winner's identity, not by whose value it restores",
        UNDO,
        "full[-1].alias != value or any(",
        "full[-1].ts != value or any(",
    ),
    Mutant(
        "undo over partial edits",
        UNDO,
        "_types(w) and w.ts not in self._tails for w in writes",
        "False for w in writes",
    ),
    Mutant(
        "undo of a creation with others' work inside",
        UNDO,
        "if self._others_inside(edit.rid):",
        "if False:",
    ),
    Mutant(
        "first received at forks, delivered",
        HISTORY,
        "self._fork(held.batch, batch)\n            return self._drain(), False, True\n",
        "return [], True, False\n",
    ),
    Mutant(
        "first received at forks, waiting",
        HISTORY,
        "if any(self._same(batch, other) for other in variants) or len(variants) >= 2:",
        "if variants:",
    ),
    Mutant(
        "a fork voids its own dot only",
        HISTORY,
        "if message.n >= self.forks.get(message.r, message.n + 1):",
        "if message.n == self.forks.get(message.r, message.n + 1):",
    ),
    Mutant(
        "dependencies capped at what is held after a fork",
        HISTORY,
        "            if self.forks:\n                for q, m in message.deps.items():",
        "            if False:\n                for q, m in message.deps.items():",
    ),
    Mutant(
        "who waits for what is not there fills the buffer of the others",
        HISTORY,
        "max(self._waiting_of, key=lambda party: sum(self._waiting_of[party].values()))",
        "min(self._waiting_of, key=lambda party: sum(self._waiting_of[party].values()))",
    ),
    Mutant(
        "cancel by anyone",
        TEXT,
        " and cancel.message.party == partial.message.party",
        "",
    ),
    Mutant(
        "verdicts on what one sees judged from today",
        VIEWS,
        "for c in reversed(path[-1].cancels) if self.sees(c)",
        "for c in reversed(path[-1].cancels)",
    ),
    Mutant(
        "every clock is valid, however far ahead",
        HISTORY,
        "if message.l > message.n + message.past:",
        "if False:",
    ),
    Mutant(
        "every clock is valid, however far behind",
        HISTORY,
        "any(message.l <= self.top_at(q, m) for q, m in message.deps.items()):",
        "False:",
    ),
    Mutant(
        "foreign rids count",
        MERGE,
        'return rid.startswith((f"{r}.", f"~{r}."))',
        "return True",
    ),
    Mutant(
        "removal by anyone",
        MERGE,
        "or not self._law.fence.is_moderator(message.party, at)",
        "",
    ),
    Mutant(
        "an attribute can be moved to another element",
        MERGE,
        'return "@" not in rid or parent == TRASH or rid.startswith(f"{parent}@")',
        "return True",
    ),
    Mutant(
        "the newest root shows",
        PROJECTION,
        "kid.created < oldest.created",
        "kid.created > oldest.created",
    ),
    Mutant(
        "strict: count rule without distinct versions",
        STRICT_RECORD,
        "        and (i == last or edits[i + 1].version != edit.version)\n",
        "",
    ),
    Mutant(
        "strict: a checkpoint covers the edit that a late one undoes",
        STRICT_RECORD,
        "if c.edits < i)",
        "if c.edits <= i)",
    ),
    Mutant(
        "strict: a checkpoint outlives the new that it began with",
        STRICT_RECORD,
        "if self.checkpoints and (self.removes or self.checkpoints[-1].new is not new):",
        "if False:",
    ),
    Mutant(
        "strict: an edit behind a gap counts at once",
        STRICT_MERGE,
        "elif in_order and edit.version == expected:",
        "elif in_order and edit.version >= expected:",
    ),
    Mutant(
        "strict: edits by arrival",
        STRICT_MERGE,
        "        elif edit.version <= record.standing:\n            self._replay(record)\n",
        "",
    ),
    Mutant(
        "strict: first wins of several news of one rid",
        STRICT_RECORD,
        "return min((op for _, op in news), key=rank, default=None)",
        "return next((op for _, op in news), None)",
    ),
    Mutant(
        "strict: first wins of two stanzas with one id",
        STRICT_MERGE,
        "if held == stanza or held.canonical() <= stanza.canonical():",
        "if True:",
    ),
    Mutant(
        "strict: a stanza delivered again counts again",
        STRICT_MERGE,
        "        held = self.stanzas.get(key)\n",
        "        held = None\n",
    ),
    Mutant(
        "strict: a new after its remove counts",
        STRICT_RECORD,
        "if new is None or self.removes:",
        "if new is None:",
    ),
    Mutant(
        "strict: a range out of the text is clamped",
        STRICT_RECORD,
        "if start < 0 or count < 0 or start + count > len(text):",
        "if start < 0 or count < 0:",
    ),
    Mutant(
        "strict: no cycle test",
        STRICT_FOREST,
        "        return step is record\n",
        "        return False\n",
    ),
    Mutant(
        "strict: the lowest rid of a cycle falls back",
        STRICT_FOREST,
        "worst = max(path[at[rid] :])",
        "worst = min(path[at[rid] :])",
    ),
    Mutant(
        "strict: what fell back stays when its cycle is gone",
        STRICT_FOREST,
        "if self.fallen and (record.rid in self._named or record.rid in self.fallen):",
        "if False:",
    ),
    Mutant(
        "strict: the lowest root shows",
        STRICT_MERGE,
        "return max(roots, key=lambda kid: kid.rid, default=None)",
        "return min(roots, key=lambda kid: kid.rid, default=None)",
    ),
    Mutant(
        "strict: snapshot with unreflected own edits",
        STRICT_SNAPSHOT,
        "return (opid.sender, opid.id) not in pending",
        "return True",
    ),
    Mutant(
        "strict: snapshot without undone edits",
        STRICT_SNAPSHOT,
        "        yield live[version].op if version in live else Set(record.rid, version)\n",
        "        if version in live:\n            yield live[version].op\n",
    ),
    Mutant(
        "strict: the oldest loser is asserted again",
        STRICT_REASSERT,
        "best = max(families, key=lambda family: (family[0].version, family[0].opid))",
        "best = min(families, key=lambda family: (family[0].version, family[0].opid))",
    ),
    Mutant(
        "strict: asserted again for ever",
        STRICT_REASSERT,
        " or lost.tries >= MOST",
        "",
    ),
    Mutant(
        "a place said again, earlier than it was said last, counts as the newest",
        MERGE,
        "            or newest > ts\n",
        "",
    ),
    Mutant(
        "what was said again of a place is forgotten when another one is written",
        MERGE,
        "log[name] = list(self.entries(record, name))",
        "log[name] = list(self.entries(record, name))[:1]",
    ),
    Mutant(
        "verdicts: the past is not looked at again when it has grown",
        HISTORY,
        "last = chain[-1] if chain and deps is before else None",
        "last = chain[-1] if chain else None",
    ),
    Mutant(
        "strict: parents are removed before what lies in them",
        STRICT_RECORD,
        "return reversed(order)",
        "return iter(order)",
    ),
    Mutant(
        "anybody can give up the replica of another",
        HISTORY,
        "return not deps.get(r, 0) or self.parties.get(r, party) == party",
        "return True",
    ),
    Mutant(
        "a replica that was given up goes on",
        HISTORY,
        "        for old, n in own.items():\n            self._give_up(old, n)\n",
        "",
    ),
    Mutant(
        "rebase over what somebody else wrote meanwhile",
        REBASE,
        "        if now != piece.saw:\n            return None\n",
        "",
    ),
    Mutant(
        "rebase sends what was heard of others as one's own",
        REBASE,
        "        self._without.receive(seen)\n",
        "",
    ),
    Mutant(
        "rebase forgets a creation whose parent is gone",
        REBASE,
        "not self._is_there(op.parent):\n            return None",
        "not self._is_there(op.parent):\n            return True",
    ),
    Mutant(
        "the smallest history stays as it is",
        MEMORY,
        "return max((mine, *theirs))[2]",
        "return min((mine, *theirs))[2]",
    ),
    Mutant(
        "rebase leaves out the work of replicas given up before",
        REBASING,
        "mine = {**old.gives_up, old.replica:",
        "mine = {old.replica:",
    ),
    Mutant(
        "what is below the checkpoint is applied to folded state",
        HISTORY,
        "                return message.valid and not self._is_cut_off(message)\n",
        "                return False\n",
    ),
    Mutant(
        "what is below the checkpoint is refused",
        HISTORY,
        "            self._below.add(r)\n            return None\n",
        "            self._forget(r, n)\n            return None\n",
    ),
    Mutant(
        "reload without dropping the checkpoint",
        CHECKPOINT,
        "            self._history, self._merge = rebuilt._history, rebuilt._merge\n"
        "            self._show_anew(rebuilt._projection)\n",
        "",
    ),
    Mutant(
        "a checkpoint without condition (3)",
        HISTORY,
        "                    lowered = _lower(w, chain[i]) or lowered\n",
        "                    pass\n",
    ),
    Mutant(
        "a checkpoint over letters that are cancelled later",
        HISTORY,
        "if message.n > w.get(message.r, 0) and n <= w.get(ts.r, 0):",
        "if False:",
    ),
    Mutant(
        "a cancel of a folded letter is taken for any other edit",
        HISTORY,
        "return any(ts.l <= self.horizon for ts in cancelled_by(message.batch))",
        "return False",
    ),
    Mutant(
        "checkpoints although a fork is known",
        HISTORY,
        "        if self.forks or self.heirs:\n            return dict(self.floor)\n",
        "",
    ),
    Mutant(
        "dependencies that named a forked chain are cut down to what is held",
        HISTORY,
        "                    if m > self.vv.get(q, 0):\n                        self.vv[q] = m\n",
        "                    pass\n",
    ),
    Mutant(
        "two contents of a folded message are not noticed",
        HISTORY,
        "if known is not batch and not self._same(known, batch):",
        "if False:",
    ),
    Mutant(
        "help may lose what was accepted",
        CHECKPOINT,
        "if any(not rebuilt._history.holds(r, n) for r, n in self._held().items()):",
        "if False:",
    ),
    Mutant(
        "the state at a checkpoint has moves made since",
        MOVES,
        "                found[move.record] = move.before\n",
        "                found.setdefault(move.record, move.record.up)\n",
    ),
    Mutant(
        "the state at a checkpoint has letters typed since",
        TEXT,
        "        if not self.partials or self.partials[-1].ts.l <= horizon:\n",
        "        if True:\n",
    ),
    Mutant(
        "folding drops the value that stands",
        FOLDING,
        "        base = writes[count - 1]\n",
        "        base = writes[0]\n",
    ),
    Mutant(
        "what an active member lacks is folded",
        MEMORY,
        "want = {r: min(n, settled.get(r, 0)) for r, n in want.items()}",
        "want = {r: max(n, settled.get(r, 0)) for r, n in want.items()}",
    ),
    Mutant(
        "a snapshot over changes that the server has not taken",
        SNAPSHOT,
        "                want[r] = min(want[r], about.taken.get(r, 0))\n",
        "                pass\n",
    ),
    Mutant(
        "a damaged snapshot is believed",
        SNAPSHOT,
        "if not unpacker.eof or hashlib.sha256(text).digest() != digest:",
        "if not unpacker.eof:",
    ),
    # --- rights and marks (SYNC 6, 11.1)
    Mutant(
        "fence by what an author had seen of the closing",
        RIGHTS,
        "if at is not None and closing.saw(at):",
        "if at is not None and not at.saw(closing):",
    ),
    Mutant(
        "fence by time",
        RIGHTS,
        "if at is not None and closing.saw(at):",
        "if at is not None and at.n + sum(at.deps.values()) <= closing.n"
        " + sum(closing.deps.values()):",
    ),
    Mutant(
        "fence by arrival",
        HISTORY,
        "                    self._judge_rights(chain[unseen:])\n",
        "                    self._judge_rights(())\n",
    ),
    Mutant(
        "an opening counts for whoever has not seen it",
        RIGHTS,
        "        known = self.openings if at is None else [g for g in self.openings if at.saw(g)]\n"
        "        if not starts",
        "        known = self.openings\n        if not starts",
    ),
    Mutant(
        "an opening opens what was closed without its knowledge",
        RIGHTS,
        "return any(opening.saw(closing) for opening in known)",
        "return bool(known)",
    ),
    Mutant(
        "moderators are made by anyone",
        RIGHTS,
        "if act.verb is not Verb.ROLE or not self._is_host(act.party, act.at):",
        "if act.verb is not Verb.ROLE:",
    ),
    Mutant(
        "moderators take moderators their right",
        RIGHTS,
        "if act.verb is not Verb.ROLE or not self._is_host(act.party, act.at):",
        "if act.verb is not Verb.ROLE or not self.is_moderator(act.party, act.at):",
    ),
    Mutant(
        "roles and marks by anyone",
        RIGHTS,
        "if act.verb is Verb.RESIGN or not self.is_moderator(act.party, act.at):",
        "if act.verb is Verb.RESIGN:",
    ),
    Mutant(
        "who was cut off by one who had no right stays so",
        RIGHTS,
        "if is_new_judge and act.role < Role.MODERATOR and self._reaches_back(act, act.to):",
        "if False:",
    ),
    Mutant(
        "a resignation leaves what it had not seen",
        RIGHTS,
        "            if reaches:\n                self._judge_again()\n",
        "",
    ),
    Mutant(
        "moderators are bound by marks",
        LAW,
        "    if fence.is_moderator(message.party, at):\n        return None\n",
        "",
    ),
    Mutant(
        "what lies above a complete part may be moved",
        MARKS,
        "            yield from self._path.get(op.rid, ())\n",
        "",
    ),
    Mutant(
        "something may be put into a complete part",
        MARKS,
        "            yield from self.below(op.parent)\n",
        "",
    ),
    Mutant(
        "the attributes of a complete part may be changed",
        MARKS,
        '        at = rid.find("@")\n',
        "        at = -1\n",
    ),
    Mutant(
        "verdict with all control operations instead of those in the past",
        LAW,
        "            if numbers[-1] > _seen(message, r):\n",
        "            if numbers[-1] < 0:\n",
    ),
    Mutant(
        "the fast path does not compare the verdict",
        TEXT,
        "            and void == spans.now.void\n",
        "",
    ),
    Mutant(
        "an edit that has no effect is one for its author's next edit too",
        TEXT,
        "            and lens.verdict(message) == message.void\n",
        "",
    ),
    Mutant(
        "a full write that is void from an author's past is the epoch of his edits",
        MERGE,
        "if self._law.can_differ and not self._is_epoch_of(message, record.rid, epoch):",
        "if False:",
    ),
    Mutant(
        "full writes that are void are forgotten",
        MERGE,
        "                self._void_texts.setdefault(op.rid, []).append((ts, message))\n",
        "                pass\n",
    ),
    Mutant(
        "edits that are void leave no ghosts",
        MERGE,
        "                if record is not None and record.created is not None:\n"
        "                    alias",
        "                if record is None:\n                    alias",
    ),
    Mutant(
        "a cancel that is void cancels",
        VIEWS,
        "        if cancel in self.void:\n            return\n",
        "",
    ),
    Mutant(
        "an edit that is void counts when its verdict is asked for",
        VIEWS,
        " or edit in self.void:",
        ":",
    ),
    Mutant(
        "a checkpoint drops control operations",
        HISTORY,
        "                self.controls.append(kept)\n",
        "                pass\n",
    ),
    Mutant(
        "rights begin anew with a folded state",
        HISTORY,
        "        if self.controls:\n            self._read_acts()\n",
        "",
    ),
    Mutant(
        "what is below is void because its author has no right today",
        HISTORY,
        "if self.law.lens_within(self.floor).verdict(message) is not Whole.VOID:",
        "if self.law.verdict(message) is not Whole.VOID:",
    ),
    Mutant(
        "what is below and void by what is folded has its effect",
        MERGE,
        "        if message.void is Whole.NOTED:\n            return\n",
        "        if message.void is Whole.NOTED:\n            message.void = None\n",
    ),
    Mutant(
        "a fork leaves control operations of the chain in force",
        HISTORY,
        "message.batch is not None and message.batch.controls and message.valid:\n"
        "                law.take",
        "message.batch is not None and message.batch.controls:\n                law.take",
    ),
]
