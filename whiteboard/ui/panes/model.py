"""A list model of rows that only inserts, removes, moves and changes: selection and scroll stay."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from whiteboard.ui.panes.row import Row, RowKind

_NOWHERE = QModelIndex()
ROW_ROLE = int(Qt.ItemDataRole.UserRole)


class RowModel(QAbstractListModel):
    """Rows by key; `show` brings the list to a new state in steps."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Row] = []

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> object:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.spoken
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return row.why
        return None

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled
        if self._rows[index.row()].kind is not RowKind.SKELETON:
            flags |= Qt.ItemFlag.ItemIsSelectable
        return flags

    @property
    def rows(self) -> Sequence[Row]:
        """As shown now."""
        return self._rows

    def place(self, key: str) -> int | None:
        """Where a row is."""
        return next((at for at, row in enumerate(self._rows) if row.key == key), None)

    def show(self, rows: Sequence[Row]) -> None:
        """Become this list; of several rows with one key the first is shown."""
        unique: dict[str, Row] = {}
        for row in rows:
            unique.setdefault(row.key, row)
        rows = tuple(unique.values())
        wanted = {row.key for row in rows}
        at = len(self._rows) - 1
        while at >= 0:
            first = at
            if self._rows[at].key not in wanted:
                while first > 0 and self._rows[first - 1].key not in wanted:
                    first -= 1
                self.beginRemoveRows(_NOWHERE, first, at)
                del self._rows[first : at + 1]
                self.endRemoveRows()
            at = first - 1
        self._insert_and_move(rows)

    def _insert_and_move(self, rows: Sequence[Row]) -> None:
        have = {row.key for row in self._rows}
        at = 0
        while at < len(rows):
            row = rows[at]
            if row.key not in have:
                last = at
                while last + 1 < len(rows) and rows[last + 1].key not in have:
                    last += 1
                self.beginInsertRows(_NOWHERE, at, last)
                self._rows[at:at] = rows[at : last + 1]
                self.endInsertRows()
                at = last + 1
                continue
            if self._rows[at].key != row.key:
                source = next(i for i in range(at, len(self._rows)) if self._rows[i].key == row.key)
                self.beginMoveRows(_NOWHERE, source, source, _NOWHERE, at)
                self._rows.insert(at, self._rows.pop(source))
                self.endMoveRows()
            if self._rows[at] != row:
                self._rows[at] = row
                index = self.index(at, 0)
                self.dataChanged.emit(index, index)
            at += 1
