"""The register's refunds as one side, the statement as the other, and the open items that come of comparing them."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final

import numpy as np
import polars as pl

from addin.logic.policy import Policy
from addin.logic.reconcile.fx import converted, within
from addin.logic.reconcile.reasons import reason
from addin.logic.reconcile.records import ACCEPTED, Item, changed, item_id
from addin.logic.reconcile.refunds import Entry, flags, takes_for_paid
from addin.logic.reconcile.scope import Month
from addin.logic.reconcile.tiers import (
    CURRENCY_DIFFERS,
    FX_DIFFERENCE,
    ORDER,
    PAYMENT,
    REFERENCE,
    UNRESOLVED,
    refund_tiers,
)
from addin.reconcile.columns import to_day
from addin.reconcile.comparison import (
    OPEN,
    OUTSIDE,
    PAIRED,
    TIMING_IN,
    TIMING_OUT,
    Comparison,
    Party,
    Terms,
    compare,
    judge,
    party,
)
from addin.reconcile.lines import CURRENCY_NAMES, Lines
from addin.reconcile.matching import EXCEPTION, MATCHED, PROPOSED, Side

_PLACES: Final = {OUTSIDE: "outside", PAIRED: "paired", TIMING_IN: "timing in", TIMING_OUT: "timing out", OPEN: "open"}
#: So many of a group's members are named; the others are counted.
_NAMED: Final = 12


@dataclass(frozen=True)
class Reconciled:
    """A register's refunds against a statement: the comparison and the open items, worst first."""

    entries: Sequence[Entry]
    lines: Lines
    found: Comparison
    items: list[Item]
    decimals: int

    def pairs(self) -> list[tuple[str, int, str]]:
        """Case, line of the file and tier of every refund that matches within the period, in order of the cases."""
        left, right = self.found.matching.left, self.found.matching.right
        rows = {int(right.group[at]): int(self.found.right.row[at]) for at in np.flatnonzero(right.worth == MATCHED)}
        chosen = (left.worth == MATCHED) & np.isin(self.found.left_class, (PAIRED, TIMING_IN))
        tiers = self.found.matching.tiers
        return [
            (self.entries[at].case.case_id, rows.get(int(left.group[at]), 0), tiers[left.tier[at] - 1].id)
            for at in np.flatnonzero(chosen).tolist()
        ]

    def outside(self) -> tuple[int, int] | None:
        """Count and value of the refund lines that are booked in other months, None without any."""
        rows = self.found.right_class == OUTSIDE
        return (int(rows.sum()), int(self.found.right.value[rows].sum())) if rows.any() else None


def register_party(entries: Sequence[Entry], decimals: int) -> Party:
    """Approved refunds as a side; those settled in another period have no keys, so they meet nothing."""
    blank = [entry.elsewhere for entry in entries]

    def column(name: str) -> pl.Series:
        values = ["" if gone else entry.case.text(name) for entry, gone in zip(entries, blank, strict=True)]
        return pl.Series(values, dtype=pl.String)

    texts = {
        "line_id": pl.Series([entry.case.case_id for entry in entries], dtype=pl.String),
        REFERENCE: column("refund_psp_reference"),
        PAYMENT: column("orig_psp_reference"),
        ORDER: column("order_no"),
    }
    minor = [entry.minor * 10 ** (decimals - entry.exponent) for entry in entries]
    epoch = to_day(0).toordinal()
    side = Side(
        texts,
        np.array(minor, np.int64),
        np.array([CURRENCY_NAMES.index(entry.currency) for entry in entries], np.uint8),
        np.array([entry.day.toordinal() - epoch for entry in entries], np.int32),
    )
    return Party(side, side.amount, np.arange(len(entries), dtype=np.int32), np.array(blank, np.bool_))


def reconcile_register(
    entries: Sequence[Entry], lines: Lines, month: Month, policy: Policy, answers: Mapping[str, str], now: datetime
) -> Reconciled:
    """Compare a register's refunds with a statement.

    Args:
        entries: the approved refunds.
        lines: the statement.
        month: the period.
        policy: windows, tolerance, clocks.
        answers: what was decided on proposals before, by item id.
        now: the instant of the run.
    """
    decimals = max([lines.amount.decimals, *(entry.exponent for entry in entries)])
    limit = min(policy.money("recon.tolerance").amount, policy.money("recon.tolerance_max").amount)
    terms = Terms(
        refund_tiers(policy.days("recon.date_window_days")),
        month,
        policy.days("recon.timing_days"),
        int(limit.scaleb(decimals)),
    )
    left = register_party(entries, decimals)
    found = compare(left, party(lines, decimals=decimals, value_decimals=decimals), terms, decimals=decimals)
    _try_rates(found, policy)
    listing = _Listing(entries, lines, found, policy, now)
    listing.apply(answers)
    judge(found)
    return Reconciled(entries, lines, found, listing.items(), decimals)


def _try_rates(found: Comparison, policy: Policy) -> None:
    """Pairs in two currencies whose line names a rate: within the tolerance they are proposed as an FX difference."""
    left, right = found.matching.left, found.matching.right
    if CURRENCY_DIFFERS not in found.matching.labels or "fx_rate" not in found.right.side.texts:
        return
    code = found.matching.labels.index(CURRENCY_DIFFERS)
    ours = {int(left.group[at]): at for at in np.flatnonzero(left.label == code).tolist()}
    percent, least = policy.decimal("recon.fx_percent"), policy.money("recon.fx_amount").amount
    for at in np.flatnonzero(right.label == code).tolist():
        one = ours[int(right.group[at])]
        try:
            rate = Decimal(found.right.text("fx_rate", at))
        except InvalidOperation:
            continue
        expected = converted(int(found.left.side.amount[one]), found.decimals, rate, found.decimals)
        if rate > 0 and within(expected, int(found.right.side.amount[at]), found.decimals, percent, least):
            if FX_DIFFERENCE not in found.matching.labels:
                found.matching.labels.append(FX_DIFFERENCE)
            number = found.matching.labels.index(FX_DIFFERENCE)
            for verdicts, row in ((left, one), (right, at)):
                verdicts.label[row], verdicts.worth[row] = number, PROPOSED


class _Listing:
    """Makes the open items of a comparison, for people."""

    def __init__(
        self, entries: Sequence[Entry], lines: Lines, found: Comparison, policy: Policy, now: datetime
    ) -> None:
        self.entries, self.lines, self.found, self.policy, self.now = entries, lines, found, policy, now
        left, right = found.matching.left, found.matching.right
        self.members: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for which, verdicts in enumerate((left, right)):
            for at in np.flatnonzero((verdicts.worth != MATCHED) & (verdicts.group >= 0)).tolist():
                self.members[int(verdicts.group[at])][which].append(at)
        self.ids = {group: self._id(*rows) for group, rows in self.members.items()}

    def _id(self, lefts: Sequence[int], rights: Sequence[int]) -> str:
        verdicts = self.found.matching.left if lefts else self.found.matching.right
        tier = self.found.matching.tiers[verdicts.tier[(lefts or rights)[0]] - 1].id
        parts = [self.entries[at].case.case_id for at in lefts] + [self._content(at) for at in rights]
        return item_id(tier, parts)

    def _content(self, at: int) -> str:
        side = self.found.right.side
        words = [self.found.right.text(name, at) for name in (REFERENCE, PAYMENT, ORDER)]
        return "|".join([*words, str(side.amount[at]), str(side.currency[at]), str(side.day[at])])

    def apply(self, answers: Mapping[str, str]) -> None:
        """Let earlier decisions hold: what was accepted is matched, what was rejected is an exception."""
        labels = self.found.matching.labels
        if UNRESOLVED not in labels:
            labels.append(UNRESOLVED)
        for group, rows in list(self.members.items()):
            answer = answers.get(self.ids[group])
            verdicts = (self.found.matching.left, self.found.matching.right)
            if answer is None or not rows[0] or verdicts[0].worth[rows[0][0]] != PROPOSED:
                continue
            for one, members in zip(verdicts, rows, strict=True):
                one.worth[members] = MATCHED if answer == ACCEPTED else EXCEPTION
                if answer != ACCEPTED:
                    one.label[members] = labels.index(UNRESOLVED)
            if answer == ACCEPTED:
                del self.members[group]

    def items(self) -> list[Item]:
        """All open items, the most serious first, then the larger."""
        found = [*self._grouped(), *self._alone(), *self._carried(), *self._flagged(), *self._other_lines()]
        return sorted(
            found,
            key=lambda item: (
                reason(item.code, timing=item.place == "timing out").rank,
                -max(abs(item.left_minor), abs(item.right_minor)),
                item.cases, item.references, item.orders, item.id,
            ),
        )  # fmt: skip

    # ---- kinds of items -------------------------------------------------------------------------------------

    def _grouped(self) -> Iterator[Item]:
        """Groups, one item for each place and currency their members have."""
        left_class, right_class = self.found.left_class, self.found.right_class
        left, right = self.found.left.side, self.found.right.side
        for group, (lefts, rights) in self.members.items():
            parts: dict[tuple[str, int], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
            for at in lefts:
                parts[_PLACES[int(left_class[at])], int(left.currency[at])][0].append(at)
            for at in rights:
                parts[_PLACES[int(right_class[at])], int(right.currency[at])][1].append(at)
            shift = self._shift(lefts, rights)
            for number, ((place, _), (ours, theirs)) in enumerate(sorted(parts.items())):
                item = self._item(self.ids[group], ours, theirs, place, lefts, rights)
                yield changed(item, shift=shift if not number else (), worth=item.worth if not number else "part")

    def _alone(self) -> Iterator[Item]:
        for which in (0, 1):
            verdicts = (self.found.matching.left, self.found.matching.right)[which]
            classes = (self.found.left_class, self.found.right_class)[which]
            rows = np.flatnonzero((verdicts.worth != MATCHED) & (verdicts.group < 0) & (classes != OUTSIDE))
            for at in rows.tolist():
                lefts, rights = ([at], []) if which == 0 else ([], [at])
                name = (
                    self.entries[at].case.case_id if which == 0 else f"{self._content(at)}|{self.found.right.row[at]}"
                )
                yield self._item(item_id("-", [name]), lefts, rights, _PLACES[int(classes[at])])

    def _carried(self) -> Iterator[Item]:
        """Matched refunds whose two sides stand in different periods."""
        left, right = self.found.matching.left, self.found.matching.right
        partners: dict[int, list[int]] = defaultdict(list)
        for at in np.flatnonzero((right.worth == MATCHED) & (right.group >= 0)).tolist():
            partners[int(right.group[at])].append(at)
        rows = (left.worth == MATCHED) & np.isin(self.found.left_class, (TIMING_IN, TIMING_OUT))
        for at in np.flatnonzero(rows).tolist():
            place = _PLACES[int(self.found.left_class[at])]
            theirs = partners.get(int(left.group[at]), [])
            item = self._item(item_id("carried", [self.entries[at].case.case_id]), [at], theirs, place)
            done = f"Reconciled in {self.entries[at].case.text('recon_period')}." if self.entries[at].elsewhere else ""
            code = "R11" if place == "timing out" else "brought forward"
            yield changed(item, code=code, worth="timing", words=done or item.words)

    def _flagged(self) -> Iterator[Item]:
        """What the refunds' own records show, and refunds beyond what was captured."""
        month = self.found.terms.month
        paid = dict(self._paid())
        by_payment: dict[str, int] = defaultdict(int)
        for at in range(len(self.found.right)):
            if payment := self.found.right.text(PAYMENT, at):
                by_payment[payment] += int(self.found.right.side.amount[at])
        for at, entry in enumerate(self.entries):
            if entry.elsewhere or not (at in paid or (month is not None and month.holds(entry.day))):
                continue
            for flag in flags(entry.case, to_day(paid[at]) if at in paid else None, self.policy, self.now):
                yield self._flag(at, flag.code, flag.words)
            captured, payment = entry.case.money("captured_amount"), entry.case.text("orig_psp_reference")
            if captured is None or not payment or captured.currency != entry.currency:
                continue
            limit = captured.minor * 10 ** (self.found.decimals - captured.exponent)
            if by_payment[payment] > limit:
                over = Decimal(by_payment[payment] - limit).scaleb(-self.found.decimals)
                yield self._flag(at, "R12", f"The provider paid back {over} {entry.currency} more than was captured.")

    def _other_lines(self) -> Iterator[Item]:
        """Failed refunds that the register takes for paid, and chargebacks on refunded payments."""
        by_reference: dict[str, list[int]] = defaultdict(list)
        for at, entry in enumerate(self.entries):
            for name in ("refund_psp_reference", "orig_psp_reference"):
                if entry.case.has(name):
                    by_reference[entry.case.text(name)].append(at)
        for kind, code in (("failed", "R08"), ("chargeback", "R10")):
            lines = party(self.lines, decimals=self.found.decimals, value_decimals=self.found.decimals, kind=kind)  # type: ignore[arg-type]
            for row in range(len(lines)):
                names = [lines.text(name, row) for name in (REFERENCE, PAYMENT)]
                hits = sorted({at for name in names if name for at in by_reference.get(name, ())})
                for at in hits:
                    if code == "R08" and not takes_for_paid(self.entries[at].case):
                        continue
                    amount = Decimal(int(lines.side.amount[row])).scaleb(-self.found.decimals)
                    day = to_day(lines.side.day[row])
                    words = f"Line {int(lines.row[row])}: {kind} of {abs(amount)} on {day:%d/%m/%Y}."
                    yield self._flag(at, code, words)

    # ---- their cells ----------------------------------------------------------------------------------------

    def _paid(self) -> Iterator[tuple[int, int]]:
        left, right = self.found.matching.left, self.found.matching.right
        days = {int(right.group[at]): int(right_day) for at, right_day in enumerate(self.found.right.side.day)
                if right.group[at] >= 0}  # fmt: skip
        for at in np.flatnonzero(
            (left.group >= 0) & np.isin(self.found.left_class, (PAIRED, TIMING_IN, TIMING_OUT))
        ).tolist():
            yield at, days[int(left.group[at])]

    def _flag(self, at: int, code: str, words: str) -> Item:
        item = self._item(item_id(code, [self.entries[at].case.case_id, words]), [at], [], "outside")
        return changed(item, code=code, worth="flag", words=words, left_count=0, left_minor=0, shift=())

    def _item(
        self, name: str, ours: Sequence[int], theirs: Sequence[int], place: str, lefts: Sequence[int] = (),
        rights: Sequence[int] = (),
    ) -> Item:  # fmt: skip
        left, right = self.found.left.side, self.found.right.side
        verdicts = self.found.matching.left if ours else self.found.matching.right
        at = (ours or theirs)[0]
        tier = self.found.matching.tiers[verdicts.tier[at] - 1].id if verdicts.tier[at] else ""
        worth = ("", "matched", "proposed", "exception")[verdicts.worth[at]]
        days = [int(left.day[row]) for row in ours] + [int(right.day[row]) for row in theirs]
        all_lefts, all_rights = lefts or ours, rights or theirs
        references = [
            self.found.right.text(REFERENCE, row) or self.found.right.text(PAYMENT, row) for row in all_rights
        ]
        references += [self.entries[row].case.text("refund_psp_reference") for row in all_lefts if not all_rights]
        orders = [self.entries[row].case.text("order_no") for row in all_lefts]
        orders += [self.found.right.text(ORDER, row) for row in all_rights]
        lines = [" ".join(filter(None, (self.found.right.text("file", row), str(int(self.found.right.row[row])))))
                 for row in all_rights]  # fmt: skip
        return Item(
            name,
            self.found.matching.labels[verdicts.label[at]],
            worth,
            tier,
            place,
            CURRENCY_NAMES[int((left if ours else right).currency[at])],
            _some(self.entries[row].case.case_id for row in all_lefts),
            _some(references),
            _some(orders),
            len(ours),
            int(left.amount[list(ours)].sum()) if ours else 0,
            len(theirs),
            int(right.amount[list(theirs)].sum()) if theirs else 0,
            max(0, self.found.last_day - min(days)),
            to_day(min(days)).isoformat(),
            f"Line {', '.join(lines[:_NAMED])}." if lines else "",
        )

    def _shift(self, lefts: Sequence[int], rights: Sequence[int]) -> tuple[tuple[str, str, int, int], ...]:
        """What the equation would move if the proposal of this group were accepted."""
        if not lefts or self.found.matching.left.worth[lefts[0]] != PROPOSED:
            return ()
        moved: dict[tuple[int, str], tuple[int, int]] = defaultdict(lambda: (0, 0))

        def move(side: Side, at: int, key: str, sign: int) -> None:
            code = int(side.currency[at])
            count, minor = moved[code, key]
            moved[code, key] = (count + sign, minor + sign * int(side.amount[at]))

        left, right = self.found.left.side, self.found.right.side
        now = any(self.found.right_class[at] != OUTSIDE for at in rights)
        for at in lefts:
            if self.found.left_class[at] != OUTSIDE:
                move(left, at, "open", -1)
            if now:
                move(left, at, "differences", -1)
                if self.found.left_class[at] == OUTSIDE:
                    move(left, at, "timing_in", 1)
            elif self.found.left_class[at] != OUTSIDE:
                move(left, at, "timing_out", 1)
        for at in rights:
            if self.found.right_class[at] != OUTSIDE:
                move(right, at, "unlogged", -1)
                move(right, at, "differences", 1)
        return tuple((CURRENCY_NAMES[code], key, *figures) for (code, key), figures in sorted(moved.items()))


def _some(texts: Iterator[str] | Sequence[str]) -> tuple[str, ...]:
    """The different texts that are not blank, in order, not too many."""
    return tuple(itertools.islice(dict.fromkeys(text for text in texts if text), _NAMED))
